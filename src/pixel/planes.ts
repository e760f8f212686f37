/**
 * Samples of one pixel together, from samples of one colour together (Planar Configuration 1).
 *
 * @standard PS3.3 §C.7.6.3.1.3
 */
export function interleave(
  planar: Uint8Array,
  form: { readonly samples: number; readonly bytesPerSample: number },
): Uint8Array {
  const { samples, bytesPerSample } = form;
  const planeBytes = planar.length / samples;
  const step = samples * bytesPerSample;
  const pixels = new Uint8Array(planar.length);
  for (let sample = 0; sample < samples; sample += 1) {
    for (let at = 0; at < planeBytes; at += 1) {
      const byte = at % bytesPerSample;
      const pixel = (at - byte) / bytesPerSample;
      pixels[pixel * step + sample * bytesPerSample + byte] = planar[sample * planeBytes + at] ?? 0;
    }
  }
  return pixels;
}
