import type { Codec } from '../../codec.ts';
import { unpackBits } from '../../plain-frame.ts';
import { expandRle, rleSamplesOf } from '../../rle/expand.ts';

/** Run length encoded frames. @standard PS3.5 §G, §A.4.2 */
export const rleCodec: Codec = {
  decode(coded, shape) {
    const { rows, columns, samples, bitsAllocated } = shape;
    const size = { rows, columns, samples, signed: false, isRgb: false };
    const form = rleSamplesOf({ pixels: rows * columns, samples, bitsAllocated });
    const bytes = expandRle(coded, form);
    if (bitsAllocated === 1) {
      return { ...size, bits: 1, pixels: unpackBits(bytes, rows * columns), bytesPerSample: 1 };
    }
    const width = form.bytesPerSample;
    const bits = 8 * width;
    const bytesPerSample = width === 4 ? 4 : width === 2 ? 2 : 1;
    return { ...size, bits, pixels: bytes, bytesPerSample };
  },
};
