import { createHash } from 'node:crypto';
import { assert } from '../../lib/assert.ts';
import { utf8, viewOf } from '../../lib/bytes/bytes.ts';
import { segmentCountOf } from './layout.ts';

/** Bytes of one digest in a list. */
export const digestSize = 32;

/** Keeps this digest apart from any other SHA-256 over the same bytes. */
const domain = utf8('mdm segment digests v1\0');

/**
 * The root of a list of segment digests: SHA-256 over a domain text, the plaintext size (eight
 * bytes little-endian) and the list. A receipt carries the root; the list itself needs no signature.
 *
 * @param digests SHA-256 of each plaintext segment, 32 bytes each, in order
 */
export function segmentRootOf(digests: Uint8Array, plaintextSize: number): Uint8Array {
  const count = segmentCountOf(plaintextSize);
  assert(digests.length === count * digestSize, 'one digest for each segment');
  const size = new Uint8Array(8);
  viewOf(size).setBigUint64(0, BigInt(plaintextSize), true);
  return createHash('sha256').update(domain).update(size).update(digests).digest();
}

/** A growing list of digests. */
export class DigestList {
  #bytes = new Uint8Array(64 * digestSize);
  #length = 0;

  push(digest: Uint8Array): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(digest, this.#length);
    this.#length += digestSize;
  }

  /** The list so far, 32 bytes a digest; a copy. */
  toBytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}
