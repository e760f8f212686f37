import { viewOf } from '../../lib/bytes/bytes.ts';

/** What a nonce says of its segment: of a file that `sealOwn` made, of a production, or nothing. */
export interface SegmentPlace {
  readonly index: number;
  readonly mark: number;
}

/** The last four bytes of a nonce, little-endian. */
export const mark = {
  /** A production of the gateway: its receipt says where it ends. */
  production: 0,
  /** A file of `sealOwn`; more segments follow. */
  more: 1,
  /** Its last segment. */
  last: 2,
} as const;

/** Index in eight bytes, mark in four, little-endian like every number of Crypt4GH. */
export function writePlace(nonce: Uint8Array, place: SegmentPlace): void {
  const view = viewOf(nonce);
  view.setBigUint64(0, BigInt(place.index), true);
  view.setUint32(8, place.mark, true);
}

/**
 * What a nonce says. Undefined where another tool drew it at random: that a random one looks like one
 * of ours happens once in 2^60.
 */
export function readPlace(nonce: Uint8Array): SegmentPlace | undefined {
  const view = viewOf(nonce);
  const found = { index: view.getUint32(0, true), mark: view.getUint32(8, true) };
  return view.getUint32(4, true) === 0 && found.mark <= mark.last ? found : undefined;
}
