import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import { assert } from '../../lib/assert.ts';
import { concatBytes, utf8 } from '../../lib/bytes/bytes.ts';
import type { Random } from '../../lib/random.ts';

const nonceLength = 12;
const tagLength = 16;

/**
 * Keeps identities in the clinical index unreadable without the hospital's key: values rest
 * encrypted (AES-256-GCM), and are found again by a keyed digest of what identifies them.
 */
export interface IndexCipher {
  /** Keyed digest of identifiers, 32 bytes; equal for equal `kind` and `parts` only. */
  lookup(kind: string, parts: readonly string[]): Uint8Array;
  /** Encrypt a JSON value; `place` (table and row key) is bound to it. */
  seal(value: unknown, place: string): Uint8Array;
  /** The value sealed for `place`. Throws when it was altered or moved. */
  open(sealed: Uint8Array, place: string): unknown;
}

/** Derive the index's cipher from the hospital's key (32 bytes, kept outside the database). */
export function createIndexCipher(options: {
  readonly hospitalKey: Uint8Array;
  readonly random: Random;
}): IndexCipher {
  assert(options.hospitalKey.length === 32, 'the hospital key is 32 bytes');
  const subkey = (label: string): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', options.hospitalKey, '', `mdm/clinical-index/${label}`, 32));
  const lookupKey = subkey('lookup');
  const sealKey = subkey('seal');
  return {
    lookup(kind, parts) {
      const hmac = createHmac('sha256', lookupKey);
      for (const part of [kind, ...parts]) hmac.update(`${Buffer.byteLength(part)}:`).update(part);
      return hmac.digest();
    },
    seal(value, place) {
      const nonce = options.random.bytes(nonceLength);
      const cipher = createCipheriv('aes-256-gcm', sealKey, nonce);
      cipher.setAAD(utf8(place));
      const body = concatBytes([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
      return concatBytes([nonce, body, cipher.getAuthTag()]);
    },
    open(sealed, place) {
      const decipher = createDecipheriv('aes-256-gcm', sealKey, sealed.subarray(0, nonceLength));
      decipher.setAAD(utf8(place));
      decipher.setAuthTag(sealed.subarray(sealed.length - tagLength));
      const body = sealed.subarray(nonceLength, sealed.length - tagLength);
      const text = Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
      return JSON.parse(text) as unknown;
    },
  };
}
