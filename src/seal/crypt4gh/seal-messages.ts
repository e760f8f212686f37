import type { KeyObject } from 'node:crypto';
import type { SealDigests } from './segment-sealer.ts';

/** Memory that goes back and forth: plaintext of a batch of segments, and room for it sealed. */
export interface Batch {
  readonly plain: ArrayBuffer;
  readonly sealed: ArrayBuffer;
}

/** What the sealing thread is asked, each of one stream. */
export type SealRequest = { readonly stream: number } & (
  | { readonly kind: 'open'; readonly header: Uint8Array; readonly dataKey: KeyObject }
  | { readonly kind: 'seal'; readonly batch: Batch; readonly length: number }
  | { readonly kind: 'end' }
  | { readonly kind: 'abandon' }
);

/** What it answers. `length`: sealed bytes in the batch. */
export type SealReply = { readonly stream: number } & (
  | { readonly kind: 'sealed'; readonly batch: Batch; readonly length: number }
  | { readonly kind: 'ended'; readonly digests: SealDigests }
);
