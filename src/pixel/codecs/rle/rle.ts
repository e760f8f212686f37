import type { Codec } from '../../codec.ts';
import { expandRle } from '../../rle/expand.ts';

/** Run length encoded frames. @standard PS3.5 §G, §A.4.2 */
export const rleCodec: Codec = {
  decode(coded, shape) {
    const { rows, columns, samples, bitsAllocated } = shape;
    const width = Math.ceil(bitsAllocated / 8);
    const pixels = expandRle(coded, { pixels: rows * columns, samples, bytesPerSample: width });
    const bits = 8 * width;
    const bytesPerSample = width === 4 ? 4 : width === 2 ? 2 : 1;
    return { rows, columns, samples, bits, pixels, bytesPerSample, signed: false, isRgb: false };
  },
};
