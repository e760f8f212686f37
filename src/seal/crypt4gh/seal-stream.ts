import { hash } from 'node:crypto';
import { type Deidentified, readDeidentified, type Sealed } from '../../flow/index.ts';
import { sealed } from '../../flow/mint/sealed.ts';
import { assert } from '../../lib/assert.ts';
import type { Random } from '../../lib/random.ts';
import { sealErrors } from '../errors.ts';
import { sealLimits } from '../limits.ts';
import { newHeader } from './header.ts';
import { sealedSizeOf, segmentCountOf } from './layout.ts';
import type { Batch } from './seal-messages.ts';
import { batchBytes, type SealListener, SealThread } from './seal-thread.ts';
import type { SealDigests } from './segment-sealer.ts';

/** What receipts say of a sealed file; digests are SHA-256, 32 bytes. */
export interface SealSummary extends SealDigests {
  readonly plaintextSize: number;
  readonly segmentCount: number;
  /** Of the 124 bytes of the header. */
  readonly headerDigest: Uint8Array;
  readonly sealedSize: number;
}

/** Seals one production of one file, front to back. One call at a time. */
export interface SealStream {
  /** 124 bytes; first in the file. The caller owns them. */
  readonly header: Sealed<Uint8Array>;
  /**
   * Append plaintext, of any length; it may be reused once the promise settles. Waits while too much
   * is under way.
   * @throws SEAL_TOO_LARGE, SEAL_THREAD_ENDED, and what `output` threw
   */
  write(plain: Deidentified<Uint8Array>): Promise<void>;
  /** All was given, and `output` has taken all of it. @throws as `write` */
  end(): Promise<SealSummary>;
  /** Give up: `output` is not called again. Resolves when it is not under way either; never throws. */
  abort(): Promise<void>;
}

/** What is sealed, and where to. */
export interface SealOptions {
  readonly recipientPublicKey: Uint8Array;
  readonly random: Random;
  /**
   * Takes what follows the header in order, one call at a time: batches of eight segments (524,512
   * bytes), a shorter one last. Their memory is its own until its promise settles.
   */
  readonly output: (batch: Sealed<Uint8Array>) => Promise<void>;
}

/** Seals files, on a thread of its own. */
export interface Sealer {
  /**
   * Start a file: fresh data key and writer pair, one packet, no edit list. Needs only the public
   * key. @throws SEAL_KEY_INVALID
   */
  stream(options: SealOptions): SealStream;
  /** End the thread; streams under way fail. */
  close(): Promise<void>;
}

/** Make one. The thread starts with the first file. */
export function createSealer(): Sealer {
  const thread = new SealThread();
  return {
    stream: (options) => new ThreadStream(thread, options),
    close: () => thread.close(),
  };
}

class ThreadStream implements SealStream, SealListener {
  readonly header: Sealed<Uint8Array>;
  readonly #thread: SealThread;
  readonly #output: SealOptions['output'];
  readonly #headerDigest: Uint8Array;
  readonly #number: number;
  readonly #digests = Promise.withResolvers<SealDigests>();
  /** Being filled. */
  #batch: Batch | undefined;
  #filled = 0;
  #plaintextSize = 0;
  #inFlight = 0;
  #isEnded = false;
  /** Never rejects. */
  #written: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;
  #wake = (): void => undefined;

  constructor(thread: SealThread, { recipientPublicKey, random, output }: SealOptions) {
    const { header, dataKey } = newHeader(recipientPublicKey, random);
    this.header = sealed(header.slice());
    this.#headerDigest = hash('sha256', header, 'buffer');
    this.#thread = thread;
    this.#output = output;
    // Met by `end`; until then it must not count as unhandled.
    this.#digests.promise.catch(() => undefined);
    this.#number = thread.open(this, header, dataKey);
  }

  async write(box: Deidentified<Uint8Array>): Promise<void> {
    assert(!this.#isEnded, 'write after end');
    const plain = readDeidentified(box);
    if (plain.length > sealLimits.plaintextSizeMax - this.#plaintextSize)
      throw sealErrors.create('SEAL_TOO_LARGE');
    this.#plaintextSize += plain.length;
    for (let offset = 0; offset < plain.length; ) {
      offset += this.#fill(plain.subarray(offset));
      if (this.#filled === batchBytes) await this.#send();
    }
    this.#throwFailure();
  }

  async end(): Promise<SealSummary> {
    assert(!this.#isEnded, 'end after end');
    this.#isEnded = true;
    if (this.#filled > 0) await this.#send();
    this.#throwFailure();
    this.#thread.end(this.#number);
    const digests = await this.#digests.promise;
    await this.#written;
    this.#throwFailure();
    return this.#summary(digests);
  }

  async abort(): Promise<void> {
    this.#isEnded = true;
    this.failed(sealErrors.create('SEAL_THREAD_ENDED', { message: 'aborted' }));
    this.#thread.abandon(this.#number);
    if (this.#batch !== undefined) this.#thread.giveBack(this.#batch);
    this.#batch = undefined;
    await this.#written;
  }

  sealed(batch: Batch, length: number): void {
    this.#written = this.#hand(batch, length, this.#written);
  }

  ended(digests: SealDigests): void {
    this.#digests.resolve(digests);
  }

  failed(error: unknown): void {
    this.#failure ??= { error };
    this.#digests.reject(this.#failure.error);
    this.#wake();
  }

  /** Never rejects. */
  async #hand(batch: Batch, length: number, before: Promise<void>): Promise<void> {
    await before;
    try {
      const bytes = new Uint8Array(batch.sealed, 0, length);
      if (this.#failure === undefined) await this.#output(sealed(bytes));
    } catch (error) {
      this.failed(error);
    }
    this.#thread.giveBack(batch);
    this.#inFlight -= 1;
    this.#wake();
  }

  /** Copy what has room; answers how much that is. */
  #fill(plain: Uint8Array): number {
    this.#batch ??= this.#thread.takeBatch();
    const taken = plain.subarray(0, batchBytes - this.#filled);
    new Uint8Array(this.#batch.plain).set(taken, this.#filled);
    this.#filled += taken.length;
    return taken.length;
  }

  async #send(): Promise<void> {
    while (this.#inFlight >= sealLimits.batchesInFlightMax && this.#failure === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#throwFailure();
    const batch = this.#batch;
    if (batch === undefined) return;
    this.#thread.seal(this.#number, batch, this.#filled);
    this.#inFlight += 1;
    this.#batch = undefined;
    this.#filled = 0;
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #summary(digests: SealDigests): SealSummary {
    const plaintextSize = this.#plaintextSize;
    return {
      ...digests,
      plaintextSize,
      segmentCount: segmentCountOf(plaintextSize),
      headerDigest: this.#headerDigest,
      sealedSize: sealedSizeOf(plaintextSize),
    };
  }
}
