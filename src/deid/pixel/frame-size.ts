import { deidErrors } from '../errors.ts';
import type { ImageShape } from './image-shape.ts';

/** What a compressed frame says of itself. */
export interface FrameSize {
  readonly rows: number;
  readonly columns: number;
  readonly samples: number;
  /** Bits of a sample. */
  readonly bits: number;
}

/**
 * Compare a compressed frame with its header. Encoders state the bits that are stored or those that
 * are allocated (DCMTK and GDCM do), or any between; fewer would be another image.
 *
 * @standard PS3.5 §8.2.1, §8.2.3, §8.2.4
 * @throws MdmError `DEID_FRAME_MISMATCH`
 */
export function checkFrame(frame: FrameSize, shape: ImageShape): void {
  const { bitsStored, bitsAllocated } = shape.bits;
  const agrees =
    frame.rows === shape.rows &&
    frame.columns === shape.columns &&
    frame.samples === shape.samples &&
    frame.bits >= bitsStored &&
    frame.bits <= bitsAllocated;
  if (!agrees) throw deidErrors.create('DEID_FRAME_MISMATCH', { context: { ...frame } });
}
