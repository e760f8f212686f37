import type { PixelErrorCode } from './errors.ts';
import type { FrameShape } from './frame-shape.ts';

/** A frame to decode. */
export interface DecodeRequest {
  readonly transferSyntaxUid: string;
  /** The frame alone; it goes with the request. */
  readonly coded: Uint8Array;
  readonly shape: FrameShape;
}

/** What became of it. `memoryBytes`: what libraries of the thread hold. */
export type DecodeReply = { readonly memoryBytes: number } & (
  | { readonly kind: 'decoded'; readonly pixels: Uint8Array }
  | { readonly kind: 'failed'; readonly code: PixelErrorCode; readonly message: string }
);
