import { type DataSet, getNumber, getString, tag as t } from '../../dicom/index.ts';
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
}

/** The longest native pixel data that a 32-bit length can state. */
const nativeMaxBytes = 0xfffffffe;

/** The shape, from a de-identified header. @throws MdmError `DEID_MALFORMED` */
export function imageShapeOf(header: DataSet): ImageShape {
  const rows = getNumber(header, t.Rows) ?? 0;
  const columns = getNumber(header, t.Columns) ?? 0;
  const samples = getNumber(header, t.SamplesPerPixel) ?? 1;
  const bytesPerSample = (getNumber(header, t.BitsAllocated) ?? 0) / 8;
  const frames = getNumber(header, t.NumberOfFrames) ?? 1;
  const pixels = rows * columns;
  // Chroma of 4:2:2 is shared by two pixels.
  const halved = getString(header, t.PhotometricInterpretation)?.endsWith('_422') === true;
  const nativeBytes = pixels * frames * bytesPerSample * (halved ? 2 : samples);
  const sound =
    pixels > 0 &&
    frames > 0 &&
    [1, 3].includes(samples) &&
    [1, 2, 4].includes(bytesPerSample) &&
    nativeBytes <= nativeMaxBytes;
  if (!sound) throw deidErrors.create('DEID_MALFORMED', { message: 'impossible image size' });
  return { frames, pixels, samples, bytesPerSample, nativeBytes };
}
