import type { ByteStream } from '../../lib/streams/byte-stream.ts';

/** One SOP instance on its way; its data set is read once, to its end, before the next one comes. */
export interface Instance {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
  /** The data set without preamble and file meta information, encoded in `transferSyntaxUid`. */
  readonly dataSet: ByteStream;
}
