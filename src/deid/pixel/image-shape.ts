import { type ImageFacts, knownValue, valueOr } from '../../facts/index.ts';
import { deidErrors } from '../errors.ts';

/** What the header says the pixel data must be. @standard PS3.3 §C.7.6.3 */
export interface ImageShape {
  readonly frames: number;
  /** Rows × columns. */
  readonly pixels: number;
  readonly samples: number;
  readonly bytesPerSample: number;
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
  return { frames, pixels, samples, bytesPerSample, nativeBytes, nativeBytesEnd };
}
