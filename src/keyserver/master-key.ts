import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { concatBytes, utf8 } from '../lib/bytes/bytes.ts';
import type { Random } from '../lib/random.ts';
import { keyserverErrors } from './errors.ts';

const magic = utf8('mdmkey1\0');
const keySize = 32;
const nonceSize = 12;
const tagSize = 16;
const cipher = 'aes-256-gcm';

/**
 * Create the master key of a new server: eight bytes of format, 32 random bytes; mode 0600, durable.
 * Never done by itself at start: a server that lost its key must fail, not begin anew.
 * @throws KEYSERVER_MASTER_KEY_EXISTS
 */
export function initMasterKey(path: string, random: Random): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const key = random.bytes(keySize);
  const content = concatBytes([magic, key]);
  try {
    writeDurably(path, content);
  } finally {
    key.fill(0);
    content.fill(0);
  }
}

function writeDurably(path: string, content: Uint8Array): void {
  const file = openNew(path);
  try {
    writeSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function openNew(path: string): number {
  try {
    return openSync(path, 'wx', 0o600);
  } catch (cause) {
    const exists = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    if (exists) throw keyserverErrors.create('KEYSERVER_MASTER_KEY_EXISTS', { cause });
    throw cause;
  }
}

/** Wraps shares under the master key. */
export class MasterKey {
  readonly #key: KeyObject;
  readonly #random: Random;

  private constructor(key: KeyObject, random: Random) {
    this.#key = key;
    this.#random = random;
  }

  /** @throws KEYSERVER_MASTER_KEY_INVALID when absent, damaged or readable by others */
  static load(path: string, random: Random): MasterKey {
    const content = new Uint8Array(magic.length + keySize + 1);
    try {
      const file = openSync(path, 'r');
      try {
        const open = (fstatSync(file).mode & 0o077) !== 0;
        const length = readSync(file, content);
        const right =
          length === content.length - 1 && magic.every((byte, at) => content[at] === byte);
        if (open || !right) throw keyserverErrors.create('KEYSERVER_MASTER_KEY_INVALID');
      } finally {
        closeSync(file);
      }
      const key = content.subarray(magic.length, magic.length + keySize);
      return new MasterKey(createSecretKey(key), random);
    } catch (cause) {
      if (keyserverErrors.has(cause)) throw cause;
      throw keyserverErrors.create('KEYSERVER_MASTER_KEY_INVALID', { cause });
    } finally {
      content.fill(0);
    }
  }

  /** A text that tells this key from others and says nothing of it. */
  check(): string {
    return createHmac('sha256', this.#key).update('mdm master key check v1').digest('hex');
  }

  /** A key for another purpose, which `label` names. @standard RFC 5869 */
  derive(label: string): KeyObject {
    return createSecretKey(Buffer.from(hkdfSync('sha256', this.#key, '', label, keySize)));
  }

  /** Nonce, ciphertext and tag of `secret`, bound to `associated`. */
  wrap(secret: Uint8Array, associated: Uint8Array): Uint8Array {
    const nonce = this.#random.bytes(nonceSize);
    const sealer = createCipheriv(cipher, this.#key, nonce);
    sealer.setAAD(associated);
    const ciphertext = sealer.update(secret);
    sealer.final();
    return concatBytes([nonce, ciphertext, sealer.getAuthTag()]);
  }

  /** @throws KEYSERVER_STORE_DAMAGED when anything of it, or of `associated`, was changed */
  unwrap(wrapped: Uint8Array, associated: Uint8Array): Uint8Array {
    try {
      const tagStart = wrapped.length - tagSize;
      const opener = createDecipheriv(cipher, this.#key, wrapped.subarray(0, nonceSize), {
        authTagLength: tagSize,
      });
      opener.setAAD(associated);
      opener.setAuthTag(wrapped.subarray(tagStart));
      const secret = opener.update(wrapped.subarray(nonceSize, tagStart));
      opener.final();
      return secret;
    } catch (cause) {
      throw keyserverErrors.create('KEYSERVER_STORE_DAMAGED', { cause });
    }
  }
}
