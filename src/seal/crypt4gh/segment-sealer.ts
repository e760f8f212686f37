import { createCipheriv, createHash, hash, type KeyObject } from 'node:crypto';
import { giveBack } from '../../lib/bytes/give-back.ts';
import { TreeRoot } from '../tree/hash-tree.ts';
import { segmentLeaf } from '../tree/leaf.ts';
import { layout, writeSegmentNonce } from './layout.ts';
import { DigestList } from './segment-digests.ts';

/** Digests of a sealed file; SHA-256, 32 bytes each. */
export interface SealDigests {
  readonly plaintextSha256: Uint8Array;
  /** Of each plaintext segment, in order. */
  readonly segmentDigests: Uint8Array;
  /** Root of their tree. */
  readonly segmentRoot: Uint8Array;
  /** Of the whole sealed file, header included. */
  readonly sealedSha256: Uint8Array;
}

/** Seals the segments of one file, in order, and keeps its digests. */
export class SegmentSealer {
  readonly #dataKey: KeyObject;
  readonly #plainHash = createHash('sha256');
  readonly #sealedHash = createHash('sha256');
  readonly #digests = new DigestList();
  readonly #tree = new TreeRoot();
  readonly #nonce = new Uint8Array(layout.nonceSize);
  #segmentCount = 0;

  constructor(header: Uint8Array, dataKey: KeyObject) {
    this.#dataKey = dataKey;
    this.#sealedHash.update(header);
  }

  /**
   * Seal whole segments; the last one of the file may be shorter.
   * @returns how many bytes were written to `into`, which has room for them
   */
  seal(plain: Uint8Array, into: Uint8Array): number {
    let length = 0;
    for (let offset = 0; offset < plain.length; offset += layout.segmentSize) {
      const segment = plain.subarray(offset, offset + layout.segmentSize);
      length += this.#sealSegment(segment, into.subarray(length));
    }
    this.#sealedHash.update(into.subarray(0, length));
    return length;
  }

  /** What was sealed. Nothing may be sealed after. */
  digests(): SealDigests {
    return {
      plaintextSha256: this.#plainHash.digest(),
      segmentDigests: this.#digests.toBytes(),
      segmentRoot: this.#tree.root(),
      sealedSha256: this.#sealedHash.digest(),
    };
  }

  #sealSegment(plain: Uint8Array, into: Uint8Array): number {
    // All three passes over a segment run while it is in the processor's cache.
    this.#plainHash.update(plain);
    const digest = hash('sha256', plain, 'buffer');
    this.#digests.push(digest);
    this.#tree.push(segmentLeaf(digest));
    writeSegmentNonce(this.#nonce, this.#segmentCount);
    this.#segmentCount += 1;
    const cipher = createCipheriv('chacha20-poly1305', this.#dataKey, this.#nonce, {
      authTagLength: layout.tagSize,
    });
    into.set(this.#nonce);
    const ciphertext = cipher.update(plain);
    into.set(ciphertext, layout.nonceSize);
    giveBack(ciphertext);
    cipher.final();
    into.set(cipher.getAuthTag(), layout.nonceSize + plain.length);
    return plain.length + layout.segmentOverhead;
  }
}
