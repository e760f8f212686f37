import type { Codec } from '../../codec.ts';
import { readRle } from '../../rle/segments.ts';

/** Run length encoded frames. @standard PS3.5 §G, §A.4.2 */
export const rleCodec: Codec = {
  decode(coded, shape) {
    const { rows, columns, samples, bitsAllocated } = shape;
    const width = Math.ceil(bitsAllocated / 8);
    const { planes } = readRle(coded, { planes: samples * width, pixels: rows * columns });
    const pixels = new Uint8Array(rows * columns * samples * width);
    const step = samples * width;
    for (const [index, plane] of planes.entries()) {
      // The most significant byte of a sample comes first there, and last here.
      const first = index - (index % width) + (width - 1 - (index % width));
      for (let at = 0, to = first; at < plane.length; at += 1, to += step) {
        pixels[to] = plane[at] ?? 0;
      }
    }
    const bits = 8 * width;
    const bytesPerSample = width === 4 ? 4 : width === 2 ? 2 : 1;
    return { rows, columns, samples, bits, pixels, bytesPerSample, signed: false, isRgb: false };
  },
};
