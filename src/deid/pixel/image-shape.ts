import { type ImageFacts, knownValue, valueOr } from '../../facts/index.ts';
import { deidErrors } from '../errors.ts';
import type { SampleBits } from './unused-bits.ts';

/** What the header says the pixel data must be. @standard PS3.3 §C.7.6.3 */
export interface ImageShape {
  readonly frames: number;
  readonly rows: number;
  readonly columns: number;
  /** Rows × columns. */
  readonly pixels: number;
  readonly samples: number;
  /** Of a sample, all of them where it is a floating point number. */
  readonly bits: Omit<SampleBits, 'bigEndian'>;
  readonly isFloat: boolean;
  /** Bytes of all frames in native form. */
  readonly nativeBytes: number;
  /** The longest native pixel data that are one image with something behind it, exclusive. */
  readonly nativeBytesEnd: number;
}

/** The longest native pixel data that a 32-bit length can state. */
const nativeMaxBytes = 0xfffffffe;

/** The shape that the facts of an image state. @throws MdmError `DEID_MALFORMED` */
export function imageShapeOf(facts: ImageFacts): ImageShape {
  const rows = knownValue(facts.rows) ?? 0;
  const columns = knownValue(facts.columns) ?? 0;
  const samples = knownValue(facts.samples) ?? 0;
  const bits = facts.floatBits === undefined ? bitsOf(facts) : floatBitsOf(facts);
  const frames = valueOr(facts.frames, 1) ?? 0;
  const pixels = rows * columns;
  // Chroma of 4:2:2 is shared by two pixels.
  const halved = knownValue(facts.photometric)?.endsWith('_422') === true;
  const frameBits = pixels * bits.bitsAllocated * (halved ? 2 : samples);
  const frameBytes = Math.ceil(frameBits / 8);
  // Frames of single bits follow each other without a gap.
  const nativeBytes = Math.ceil((frameBits * frames) / 8);
  // Where frames are not counted, room for a second one means that the count is lost.
  const nativeBytesEnd =
    facts.frames.kind === 'absent'
      ? Math.max(2 * frameBytes, frameBytes + 2)
      : Number.POSITIVE_INFINITY;
  // Planes of single bits would each end in bits that are no pixel's.
  const isSamples = samples === 1 || (samples === 3 && bits.bitsAllocated > 1);
  const sound = pixels > 0 && frames > 0 && isSamples && nativeBytes <= nativeMaxBytes;
  if (!sound) throw deidErrors.create('DEID_MALFORMED', { message: 'impossible image size' });
  return {
    frames,
    rows,
    columns,
    pixels,
    samples,
    bits,
    isFloat: facts.floatBits !== undefined,
    nativeBytes,
    nativeBytesEnd,
  };
}

/** @throws MdmError `DEID_MALFORMED` where nothing says which bits of a sample are used */
function bitsOf(facts: ImageFacts): ImageShape['bits'] {
  const bitsAllocated = knownValue(facts.bitsAllocated);
  const bitsStored = knownValue(facts.bitsStored) ?? 0;
  const highBit = knownValue(facts.highBit) ?? 0;
  // Where it is absent nothing is lost: the stored bits are the same, and say which sign they can have.
  const representation = valueOr(facts.pixelRepresentation, 0);
  const isWidth =
    bitsAllocated === 1 || bitsAllocated === 8 || bitsAllocated === 16 || bitsAllocated === 32;
  const fits = isWidth && bitsStored >= 1 && highBit + 1 >= bitsStored && highBit < bitsAllocated;
  if (!fits || representation === undefined || representation > 1) {
    throw deidErrors.create('DEID_MALFORMED', { message: 'unknown bits of a sample' });
  }
  const padding = knownValue(facts.padding);
  return { bitsAllocated, bitsStored, highBit, signed: representation === 1, padding };
}

/** @throws MdmError `DEID_MALFORMED` where the header states another width than its pixel data have */
function floatBitsOf({ floatBits, bitsAllocated, samples }: ImageFacts): ImageShape['bits'] {
  if (
    floatBits === undefined ||
    knownValue(bitsAllocated) !== floatBits ||
    knownValue(samples) !== 1
  ) {
    throw deidErrors.create('DEID_MALFORMED', { message: 'floating point pixels of other bits' });
  }
  const highBit = floatBits - 1;
  return {
    bitsAllocated: floatBits,
    bitsStored: floatBits,
    highBit,
    signed: true,
    padding: undefined,
  };
}
