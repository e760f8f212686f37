import { transferSyntax as ts } from '../../dicom/index.ts';
import type { ImageShape } from './image-shape.ts';
import { cleanJpeg, cleanJpegLs } from './jpeg.ts';
import { cleanJpeg2000 } from './jpeg-2000.ts';
import { cleanRle } from './rle.ts';

/**
 * A compressed frame without what is not image, as far as its markers show it: comments, application
 * segments, bytes after its end. Of RLE all is judged.
 *
 * @throws MdmError `DEID_COMPRESSED_UNCHECKED` where that cannot be told, `DEID_FRAME_MISMATCH` where
 *   the frame is another image than its header says
 */
export type FrameCleaner = (frame: Uint8Array, shape: ImageShape) => Uint8Array;

const cleaners: ReadonlyMap<string, FrameCleaner> = new Map<string, FrameCleaner>([
  [ts.RLELossless, cleanRle],
  [ts.JPEGBaseline8Bit, cleanJpeg],
  [ts.JPEGExtended12Bit, cleanJpeg],
  [ts.JPEGLossless, cleanJpeg],
  [ts.JPEGLosslessSV1, cleanJpeg],
  [ts.JPEGLSLossless, cleanJpegLs],
  [ts.JPEGLSNearLossless, cleanJpegLs],
  [ts.JPEG2000Lossless, cleanJpeg2000],
  [ts.JPEG2000, cleanJpeg2000],
  [ts.HTJ2KLossless, cleanJpeg2000],
  [ts.HTJ2KLosslessRPCL, cleanJpeg2000],
  [ts.HTJ2K, cleanJpeg2000],
]);

/** The cleaner for a transfer syntax; absent for those whose bytes we cannot judge. */
export function frameCleanerOf(transferSyntaxUid: string): FrameCleaner | undefined {
  return cleaners.get(transferSyntaxUid);
}

/**
 * Whether frames are coded in scans, which end only where their last unit was read: what stands behind
 * it may be anything.
 *
 * @standard ISO 10918-1 §B.1.1.5
 */
export function hasScans(transferSyntaxUid: string): boolean {
  return cleaners.get(transferSyntaxUid) === cleanJpeg;
}

/** Whether a fragment is the first of a frame. */
export type FrameStart = (fragment: Uint8Array) => boolean;

/** SOI and the marker behind it; SOC and SIZ. @standard ISO 10918-1 §B.2.1, ISO 15444-1 §A.4.1 */
const jpegStart: FrameStart = ([a, b, c]) => a === 0xff && b === 0xd8 && c === 0xff;
const jpeg2000Start: FrameStart = ([a, b, c, d]) =>
  a === 0xff && b === 0x4f && c === 0xff && d === 0x51;

/**
 * How frames of a transfer syntax begin. A frame of RLE is one fragment; the others may be cut
 * anywhere, and coded data hold no such beginning.
 *
 * @standard PS3.5 §A.4.1 to §A.4.4
 */
export function frameStartOf(transferSyntaxUid: string): FrameStart {
  if (transferSyntaxUid === ts.RLELossless) return () => true;
  return cleaners.get(transferSyntaxUid) === cleanJpeg2000 ? jpeg2000Start : jpegStart;
}
