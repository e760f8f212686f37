import type { Codecs } from './codec-table.ts';
import { decodeFrame, isTooLarge, pixelsOf } from './decode-frame.ts';
import type { ReadRequest } from './decode-messages.ts';
import { pixelErrors } from './errors.ts';
import { HeldSink, readFrame } from './jpeg/read-frame.ts';

/** What was read of a frame. */
export interface ReadFrame {
  /** What of the coded data is the frame; may be the memory that was given. */
  readonly coded: Uint8Array;
  /** Plain pixels, or an MdmError of `pixelErrors`; undefined where none are wanted. */
  readonly pixels: Uint8Array | Error | undefined;
}

/**
 * Read a JPEG frame to the last unit of its coded data, and make pixels of what is read. A codec of
 * ours takes them from the same pass; a library reads what was found to be the frame.
 *
 * @throws MdmError `PIXEL_CODED_INVALID` where it is no frame, whether or not pixels are wanted
 */
export async function readCoded(
  codecs: Codecs,
  { transferSyntaxUid, coded: given, use, shape }: Omit<ReadRequest, 'kind' | 'keepsCoded'>,
): Promise<ReadFrame> {
  if (shape === undefined) return { coded: readFrame(given, { use }), pixels: undefined };
  const codec = isTooLarge(shape) ? undefined : await codecs.for(transferSyntaxUid, given);
  const opened = codec?.open?.(shape);
  const sink = opened && new HeldSink(opened);
  const coded = readFrame(given, { use, sink });
  try {
    const pixels =
      sink === undefined
        ? await decodeFrame(codecs, { transferSyntaxUid, coded, shape })
        : pixelsOf(() => sink.frame(), shape);
    return { coded, pixels };
  } catch (error) {
    if (!pixelErrors.has(error)) throw error;
    return { coded, pixels: error };
  }
}
