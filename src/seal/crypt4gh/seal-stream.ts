import { createCipheriv, createHash, hash, type KeyObject } from 'node:crypto';
import { type Deidentified, readDeidentified, type Sealed } from '../../flow/index.ts';
import { sealed } from '../../flow/mint/sealed.ts';
import { assert } from '../../lib/assert.ts';
import { giveBack } from '../../lib/bytes/give-back.ts';
import type { Random } from '../../lib/random.ts';
import { sealErrors } from '../errors.ts';
import { sealLimits } from '../limits.ts';
import { BatchPool } from './batch-pool.ts';
import { newHeader } from './header.ts';
import { layout, sealedSizeOf, segmentCountOf, writeSegmentNonce } from './layout.ts';
import { DigestList, segmentRootOf } from './segment-digests.ts';

/** What receipts say of a sealed file; digests are SHA-256, 32 bytes. */
export interface SealSummary {
  readonly plaintextSize: number;
  readonly plaintextSha256: Uint8Array;
  readonly segmentCount: number;
  /** SHA-256 of each plaintext segment, `segmentCount` times 32 bytes, in order. */
  readonly segmentDigests: Uint8Array;
  readonly segmentRoot: Uint8Array;
  /** Of the 124 bytes of the header. */
  readonly headerDigest: Uint8Array;
  readonly sealedSize: number;
  /** Of the whole sealed file, header included. */
  readonly sealedSha256: Uint8Array;
}

/**
 * Seals one production of one file, front to back.
 *
 * Synchronous: a call returns the batches that are full, each of eight segments (524,512 bytes).
 * A batch belongs to the caller until the second later call that returns batches: while one call's
 * batches are written to a disk, the next may already be sealed. Who keeps a batch longer copies it.
 * The input is read during the call only.
 */
export interface SealStream {
  /** 124 bytes; first in the file. The caller owns them. */
  readonly header: Sealed<Uint8Array>;
  /** Append plaintext, of any length. @throws SEAL_TOO_LARGE */
  write(plain: Deidentified<Uint8Array>): readonly Sealed<Uint8Array>[];
  /** The last, shorter batch, and what was sealed. The stream takes nothing more. */
  end(): { readonly tail: readonly Sealed<Uint8Array>[]; readonly summary: SealSummary };
}

/**
 * Start sealing for a recipient: fresh data key and writer pair, one packet, no edit list.
 * Needs only the public key. @throws SEAL_KEY_INVALID
 */
export function createSealStream(options: {
  readonly recipientPublicKey: Uint8Array;
  readonly random: Random;
}): SealStream {
  const { header, dataKey } = newHeader(options.recipientPublicKey, options.random);
  return new SegmentSealer(header, dataKey);
}

class SegmentSealer implements SealStream {
  readonly header: Sealed<Uint8Array>;
  readonly #dataKey: KeyObject;
  readonly #headerDigest: Uint8Array;
  readonly #plainHash = createHash('sha256');
  readonly #sealedHash = createHash('sha256');
  readonly #digests = new DigestList();
  readonly #nonce = new Uint8Array(layout.nonceSize);
  /** Plaintext of a segment that is not full yet. */
  readonly #stage = new Uint8Array(layout.segmentSize);
  readonly #pool = new BatchPool(sealLimits.batchSegmentCount * layout.sealedSegmentSize);
  #staged = 0;
  #batch: Uint8Array | undefined;
  #batchLength = 0;
  #segmentCount = 0;
  #plaintextSize = 0;
  #ended = false;

  constructor(header: Uint8Array, dataKey: KeyObject) {
    this.header = sealed(header.slice());
    this.#dataKey = dataKey;
    this.#headerDigest = hash('sha256', header, 'buffer');
    this.#sealedHash.update(header);
  }

  write(box: Deidentified<Uint8Array>): readonly Sealed<Uint8Array>[] {
    assert(!this.#ended, 'write after end');
    const plain = readDeidentified(box);
    if (plain.length > sealLimits.plaintextSizeMax - this.#plaintextSize)
      throw sealErrors.create('SEAL_TOO_LARGE');
    this.#pool.beginCall();
    this.#plaintextSize += plain.length;
    const full: Sealed<Uint8Array>[] = [];
    let offset = this.#fillStage(plain, full);
    for (; plain.length - offset >= layout.segmentSize; offset += layout.segmentSize)
      this.#sealSegment(plain.subarray(offset, offset + layout.segmentSize), full);
    if (offset < plain.length) {
      this.#stage.set(plain.subarray(offset));
      this.#staged = plain.length - offset;
    }
    return full;
  }

  end(): { readonly tail: readonly Sealed<Uint8Array>[]; readonly summary: SealSummary } {
    assert(!this.#ended, 'end after end');
    this.#ended = true;
    this.#pool.beginCall();
    const tail: Sealed<Uint8Array>[] = [];
    if (this.#staged > 0) this.#sealSegment(this.#stage.subarray(0, this.#staged), tail);
    this.#handOut(tail);
    this.#stage.fill(0);
    return { tail, summary: this.#summary() };
  }

  /** Complete a started segment first; returns how much of `plain` that took. */
  #fillStage(plain: Uint8Array, full: Sealed<Uint8Array>[]): number {
    if (this.#staged === 0) return 0;
    const taken = Math.min(layout.segmentSize - this.#staged, plain.length);
    this.#stage.set(plain.subarray(0, taken), this.#staged);
    this.#staged += taken;
    if (this.#staged < layout.segmentSize) return taken;
    this.#staged = 0;
    this.#sealSegment(this.#stage, full);
    return taken;
  }

  #sealSegment(plain: Uint8Array, full: Sealed<Uint8Array>[]): void {
    // All three passes over a segment run while it is in the processor's cache.
    this.#plainHash.update(plain);
    this.#digests.push(hash('sha256', plain, 'buffer'));
    this.#batch ??= this.#pool.take();
    writeSegmentNonce(this.#nonce, this.#segmentCount);
    const cipher = createCipheriv('chacha20-poly1305', this.#dataKey, this.#nonce, {
      authTagLength: layout.tagSize,
    });
    this.#append(this.#nonce);
    const ciphertext = cipher.update(plain);
    this.#append(ciphertext);
    giveBack(ciphertext);
    cipher.final();
    this.#append(cipher.getAuthTag());
    this.#segmentCount += 1;
    if (this.#segmentCount % sealLimits.batchSegmentCount === 0) this.#handOut(full);
  }

  #append(bytes: Uint8Array): void {
    this.#batch?.set(bytes, this.#batchLength);
    this.#batchLength += bytes.length;
  }

  #handOut(full: Sealed<Uint8Array>[]): void {
    if (this.#batch === undefined) return;
    const bytes = this.#batch.subarray(0, this.#batchLength);
    this.#sealedHash.update(bytes);
    full.push(sealed(bytes));
    this.#pool.handOut(this.#batch);
    this.#batch = undefined;
    this.#batchLength = 0;
  }

  #summary(): SealSummary {
    const plaintextSize = this.#plaintextSize;
    assert(this.#segmentCount === segmentCountOf(plaintextSize), 'segments hold the plaintext');
    const segmentDigests = this.#digests.toBytes();
    return {
      plaintextSize,
      plaintextSha256: this.#plainHash.digest(),
      segmentCount: this.#segmentCount,
      segmentDigests,
      segmentRoot: segmentRootOf(segmentDigests, plaintextSize),
      headerDigest: this.#headerDigest,
      sealedSize: sealedSizeOf(plaintextSize),
      sealedSha256: this.#sealedHash.digest(),
    };
  }
}
