import { pixelErrors } from './errors.ts';
import type { FrameShape } from './frame-shape.ts';
import type { ScanSink } from './jpeg/read-frame.ts';

/** What a codec made of a frame. */
export interface DecodedFrame {
  readonly rows: number;
  readonly columns: number;
  readonly samples: number;
  /** Bits of a sample as the coded data state them. */
  readonly bits: number;
  /**
   * Samples, little endian, those of a pixel together: a byte each where `bytesPerSample` is 1. What
   * a codec gives is its own: nothing else writes there.
   */
  readonly pixels: Uint8Array;
  readonly bytesPerSample: 1 | 2 | 4;
  /** Above `bits` the sign is repeated. */
  readonly signed: boolean;
  /** The codec made red, green and blue of what the header calls otherwise. */
  readonly isRgb: boolean;
}

/** Decodes frames of one or several transfer syntaxes. */
export interface Codec {
  /**
   * @param coded a frame as `deid` gives it: alone, without what is not image
   * @throws MdmError of `pixelErrors`, or whatever a library throws
   */
  decode(coded: Uint8Array, shape: FrameShape): DecodedFrame;
  /** For codecs of ours: makes the same of a JPEG frame while somebody reads it (`scanCodec`). */
  readonly open?: (shape: FrameShape) => ScanSink;
}

/** A frame is another image than its header says. */
export function mismatch(message: string): Error {
  return pixelErrors.create('PIXEL_FRAME_MISMATCH', { message });
}

/**
 * Hold what a codec says it made against the header, before anything is made of it. Encoders state
 * the bits that are stored or those that are allocated, or any between.
 *
 * @standard PS3.5 §8.2
 */
export function checkDecoded(frame: Omit<DecodedFrame, 'pixels'>, shape: FrameShape): void {
  const { rows, columns, samples, bits } = frame;
  const isSize = rows === shape.rows && columns === shape.columns && samples === shape.samples;
  if (!isSize) throw mismatch('another size');
  // Below the highest bit that is used there would be bits that nobody coded.
  if (bits <= shape.highBit || bits > shape.bitsAllocated) throw mismatch('other bits');
}
