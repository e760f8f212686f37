import type { PixelFailure } from './errors.ts';
import type { FrameShape } from './frame-shape.ts';
import type { SampleUse } from './jpeg/sample-use.ts';

/** A compressed frame. */
interface CodedFrame {
  readonly transferSyntaxUid: string;
  /** The frame alone; it goes with the request. */
  readonly coded: Uint8Array;
}

/** A frame to decode. */
export interface DecodeRequest extends CodedFrame {
  readonly kind: 'decode';
  readonly shape: FrameShape;
}

/** A JPEG frame to read to the last unit of its coded data. */
export interface ReadRequest extends CodedFrame {
  readonly kind: 'read';
  /** What samples of a lossless frame are held against. */
  readonly use: SampleUse;
  /** Whether what is the frame is wanted. */
  readonly keepsCoded: boolean;
  /** As what it is decoded in the same pass; undefined where no pixels are wanted. */
  readonly shape: FrameShape | undefined;
}

/** What a decoding thread is asked. */
export type FrameRequest = DecodeRequest | ReadRequest;

/** What became of it. `memoryBytes`: what libraries of the thread hold. */
export type FrameReply = { readonly memoryBytes: number } & (
  | { readonly kind: 'decoded'; readonly pixels: Uint8Array }
  | {
      readonly kind: 'read';
      /** What of the coded data is the frame; empty where that is not wanted. */
      readonly coded: Uint8Array;
      /** Undefined where no pixels are wanted. */
      readonly pixels: Uint8Array | PixelFailure | undefined;
    }
  /** It was read, by code of ours, and is no frame. */
  | ({ readonly kind: 'refused' } & PixelFailure)
  | ({ readonly kind: 'failed' } & PixelFailure)
);
