import { toBase32 } from '../../lib/bytes/base32.ts';

/** Bytes of a digest in a name: 80 bits, 16 characters. */
const nameBytes = 10;

/** `<kind>-<H>`: what a keyed digest is called. */
export function nameText(kind: 'p' | 't' | 's' | 'i' | 'v' | 'a', digest: Uint8Array): string {
  return `${kind}-${toBase32(digest.subarray(0, nameBytes))}`;
}
