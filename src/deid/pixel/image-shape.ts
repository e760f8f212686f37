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
  readonly bytesPerSample: number;
  readonly bits: Omit<SampleBits, 'bigEndian'>;
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
  const bytesPerSample = (knownValue(facts.bitsAllocated) ?? 0) / 8;
  const frames = valueOr(facts.frames, 1) ?? 0;
  const pixels = rows * columns;
  // Chroma of 4:2:2 is shared by two pixels.
  const halved = knownValue(facts.photometric)?.endsWith('_422') === true;
  const frameBytes = pixels * bytesPerSample * (halved ? 2 : samples);
  const nativeBytes = frameBytes * frames;
  // Where frames are not counted, room for a second one means that the count is lost.
  const nativeBytesEnd =
    facts.frames.kind === 'absent'
      ? Math.max(2 * frameBytes, frameBytes + 2)
      : Number.POSITIVE_INFINITY;
  const sound =
    pixels > 0 &&
    frames > 0 &&
    [1, 3].includes(samples) &&
    [1, 2, 4].includes(bytesPerSample) &&
    nativeBytes <= nativeMaxBytes;
  if (!sound) throw deidErrors.create('DEID_MALFORMED', { message: 'impossible image size' });
  const bits = bitsOf(facts);
  return {
    frames,
    rows,
    columns,
    pixels,
    samples,
    bytesPerSample,
    bits,
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
  const isWidth = bitsAllocated === 8 || bitsAllocated === 16 || bitsAllocated === 32;
  const fits = isWidth && bitsStored >= 1 && highBit + 1 >= bitsStored && highBit < bitsAllocated;
  if (!fits || representation === undefined || representation > 1) {
    throw deidErrors.create('DEID_MALFORMED', { message: 'unknown bits of a sample' });
  }
  const padding = knownValue(facts.padding);
  return { bitsAllocated, bitsStored, highBit, signed: representation === 1, padding };
}
