import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { assert } from '../../lib/assert.ts';

/** What a subkey is for; identifiers of one purpose say nothing about those of another. */
export type SubkeyLabel =
  | 'patient'
  | 'uid'
  | 'accession'
  | 'date'
  | 'image-type'
  | 'stack'
  | 'acquisition';

/** Keyed digests of identifiers under one subkey of a collection. */
export interface Subkey {
  /** HMAC-SHA-256 of a kind and identifiers, each with its length before it; 32 bytes. */
  digest(kind: string, ...identifiers: readonly string[]): Uint8Array;
}

/** The shortest collection key that is taken: patient IDs can be enumerated, keys must not be. */
export const collectionKeyMinBytes = 32;

/** Derive a subkey. The collection key is not kept. @standard RFC 5869, RFC 2104 */
export function deriveSubkey(collectionKey: Uint8Array, label: SubkeyLabel): Subkey {
  assert(collectionKey.length >= collectionKeyMinBytes, 'a collection key has 256 bits or more');
  const derived = hkdfSync('sha256', collectionKey, new Uint8Array(0), `mdm deid ${label}`, 32);
  const key: KeyObject = createSecretKey(new Uint8Array(derived));
  return {
    digest: (kind, ...identifiers) =>
      createHmac('sha256', key)
        .update(frame([kind, ...identifiers]))
        .digest(),
  };
}

/** Texts as UTF-8, each behind its length in four bytes: no two lists give the same bytes. */
function frame(texts: readonly string[]): Uint8Array {
  const lengths = texts.map((text) => Buffer.byteLength(text));
  const framed = Buffer.alloc(lengths.reduce((sum, length) => sum + 4 + length, 0));
  let at = 0;
  for (const [index, text] of texts.entries()) {
    at = framed.writeUInt32BE(lengths[index] ?? 0, at);
    at += framed.write(text, at);
  }
  return framed;
}
