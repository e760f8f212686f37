import type { FrameShape, Palette } from './frame-shape.ts';
import { interleave } from './planes.ts';

/**
 * A frame of native pixels in plain form: a grey sample for each pixel, as it was, or a byte each of
 * red, green and blue. May change what it is given.
 *
 * @param pixels one frame, little endian, without padding
 * @standard PS3.3 §C.7.6.3.1.2, §C.7.6.3.1.3, PS3.5 §8.2
 */
export function plainFrame(pixels: Uint8Array, shape: FrameShape): Uint8Array {
  if (shape.bitsAllocated === 1) return unpackBits(pixels, shape.rows * shape.columns);
  if (shape.colour === 'ybr-full-422') return fromYbr(withAllChroma(pixels));
  const { samples, planar, bitsAllocated } = shape;
  const isPlanar = planar && samples > 1;
  const bytesPerSample = bitsAllocated / 8;
  const whole = isPlanar ? interleave(pixels, { samples, bytesPerSample }) : pixels;
  return plainOfSamples(whole, shape);
}

/** The same for pixels whose samples lie together, one for each colour, as decoders make them. */
export function plainOfSamples(pixels: Uint8Array, { colour, palette }: FrameShape): Uint8Array {
  if (colour === 'ybr-full' || colour === 'ybr-full-422') return fromYbr(pixels);
  return palette === undefined ? pixels : fromPalette(pixels, palette);
}

/** One byte a pixel; the first is in the lowest bit. @standard PS3.5 §8.1.1 */
function unpackBits(bits: Uint8Array, pixels: number): Uint8Array {
  const bytes = new Uint8Array(pixels);
  for (let at = 0; at < pixels; at += 1) bytes[at] = ((bits[at >> 3] ?? 0) >> (at & 7)) & 1;
  return bytes;
}

/** Y1 Y2 Cb Cr, pixel by pixel as Y Cb Cr. @standard PS3.3 §C.7.6.3.1.2 */
function withAllChroma(pixels: Uint8Array): Uint8Array {
  const all = new Uint8Array((pixels.length / 4) * 6);
  for (let at = 0, to = 0; at < pixels.length; at += 4, to += 6) {
    const [first = 0, second = 0, blue = 0, red = 0] = pixels.subarray(at, at + 4);
    all.set([first, blue, red, second, blue, red], to);
  }
  return all;
}

/** In place: 8 bits of Y, Cb and Cr to red, green and blue. @standard PS3.3 §C.7.6.3.1.2, ITU-R BT.601 */
function fromYbr(pixels: Uint8Array): Uint8Array {
  const clamped = new Uint8ClampedArray(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  for (let at = 0; at < pixels.length; at += 3) {
    const y = pixels[at] ?? 0;
    const blue = (pixels[at + 1] ?? 0) - 128;
    const red = (pixels[at + 2] ?? 0) - 128;
    clamped[at] = y + 1.402 * red;
    clamped[at + 1] = y - 0.344_136_286 * blue - 0.714_136_286 * red;
    clamped[at + 2] = y + 1.772 * blue;
  }
  return pixels;
}

/** Indices of 8 or 16 bits as colours. @standard PS3.3 §C.7.6.3.1.5 */
function fromPalette(pixels: Uint8Array, { first, colours, wide }: Palette): Uint8Array {
  const indices = wide
    ? new Uint16Array(pixels.buffer, pixels.byteOffset, pixels.length / 2)
    : pixels;
  const last = colours.length / 3 - 1;
  const rgb = new Uint8Array(indices.length * 3);
  for (let at = 0; at < indices.length; at += 1) {
    const index = Math.min(Math.max((indices[at] ?? 0) - first, 0), last);
    rgb.set(colours.subarray(3 * index, 3 * index + 3), 3 * at);
  }
  return rgb;
}
