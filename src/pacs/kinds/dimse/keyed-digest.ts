import {
  type CipherGCM,
  createCipheriv,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

/** A key of digests that are compared with each other; nobody else learns it. */
export function newDigestKey(): KeyObject {
  return createSecretKey(randomBytes(16));
}

/**
 * A digest that tells contents apart, for a tenth of what SHA-256 costs on all that a PACS sends:
 * GHASH under a secret key. Two contents of `n` bytes have one digest with a chance of n/2^131,
 * whoever chose them, as long as no digest is shown to anybody: neither log it nor store it.
 *
 * @standard NIST SP 800-38D §6.4, §7.1 (the contents are the additional authenticated data)
 */
export class KeyedDigest {
  readonly #mac: CipherGCM;

  constructor(key: KeyObject) {
    // One nonce for all: equal contents are to have equal digests.
    this.#mac = createCipheriv('aes-128-gcm', key, new Uint8Array(12));
  }

  update(chunk: Uint8Array): void {
    this.#mac.setAAD(chunk);
  }

  /** Once, when all was given. */
  end(): string {
    this.#mac.final();
    return this.#mac.getAuthTag().toString('hex');
  }
}
