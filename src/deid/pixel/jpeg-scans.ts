import { concatBytes } from '../../lib/bytes/bytes.ts';
import { visitInSlices } from '../../lib/streams/visit-in-slices.ts';
import {
  JpegBits,
  type JpegStep,
  type LosslessRow,
  readLossless,
  readScans,
  readSequential,
} from '../../pixel/index.ts';
import type { ImageShape } from './image-shape.ts';
import { unchecked, uncheckedFrom } from './unchecked.ts';

/**
 * A JPEG frame without what its coded data hold behind the last unit. A sample of a lossless frame
 * whose unused bits hold something is refused: to clean it would be to encode it anew.
 *
 * @param frame a frame that `cleanJpeg` gave
 * @standard ISO 10918-1 §B.2, PS3.5 §8.2.1
 * @throws MdmError `DEID_COMPRESSED_UNCHECKED` too where a decoder would fail, and for processes that
 *   no transfer syntax of DICOM has
 */
export async function cleanScans(frame: Uint8Array, shape: ImageShape): Promise<Uint8Array> {
  const kept: Uint8Array[] = [];
  try {
    for (const step of readScans(frame)) {
      if (step.kind === 'scan') kept.push(step.data.subarray(0, await readScan(step, shape)));
      else kept.push(step.bytes);
    }
  } catch (error) {
    throw uncheckedFrom(error);
  }
  return concatBytes(kept);
}

/** Reads a scan. @returns bytes of its data of which at least a bit was read */
async function readScan(
  { process, scan, data }: JpegStep & { kind: 'scan' },
  shape: ImageShape,
): Promise<number> {
  const bits = new JpegBits(data);
  const reading =
    process === 'lossless'
      ? readLossless(bits, scan, unusedBitCheck(shape, scan.precision))
      : readSequential(bits, scan);
  await visitInSlices(reading, () => undefined);
  return bits.end;
}

/** Fails for a row with something in bits that the header does not use, but for padding. */
function unusedBitCheck({ bits }: ImageShape, precision: number): (row: LosslessRow) => void {
  const { bitsStored, highBit, signed, padding } = bits;
  if (precision === bitsStored) return () => undefined;
  const low = highBit + 1 - bitsStored;
  const all = 2 ** precision - 1;
  const ones = all >>> (highBit + 1);
  const isNegative = (sample: number): boolean => signed && ((sample >>> highBit) & 1) === 1;
  const pad = padding === undefined ? undefined : padding & all;
  const below = 2 ** low - 1;
  const isClean = (sample: number): boolean => {
    const above = sample >>> (highBit + 1);
    const isUnused = above === 0 || (above === ones && isNegative(sample));
    return (isUnused && (sample & below) === 0) || sample === pad;
  };
  return ({ samples }) => {
    if (!samples.every(isClean)) throw unchecked('unused bits of a sample', 0);
  };
}
