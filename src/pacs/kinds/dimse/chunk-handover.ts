import { assert } from '../../../lib/assert.ts';
import type { ByteStream } from '../../../lib/streams/byte-stream.ts';

type End =
  | { readonly kind: 'finished' }
  | { readonly kind: 'failed'; readonly reason: unknown }
  /** Nobody reads any more; writes are thrown away. */
  | { readonly kind: 'left' };

/**
 * One data set from writer to reader, chunk by chunk, without a copy: `write` settles when the
 * reader asks for the next chunk, so the writer may then use the memory again.
 */
export class ChunkHandover implements ByteStream {
  #chunk: Uint8Array | undefined;
  #isTaken = false;
  #end: End | undefined;
  #isDiscarded = false;
  #wakeReader: (() => void) | undefined;
  #releaseWriter: (() => void) | undefined;

  /** The data set was thrown away on purpose, so it was not received. */
  get isDiscarded(): boolean {
    return this.#isDiscarded;
  }

  write(chunk: Uint8Array): void | Promise<void> {
    if (this.#end !== undefined) return;
    assert(this.#chunk === undefined, 'one write at a time');
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#chunk = chunk;
    this.#releaseWriter = resolve;
    this.#wakeReader?.();
    return promise;
  }

  finish(): void {
    this.#endWith({ kind: 'finished' });
  }

  fail(reason: unknown): void {
    this.#endWith({ kind: 'failed', reason });
  }

  /** The reader wants no more of it; what comes is thrown away but counts as received. */
  leave(): void {
    this.#endWith({ kind: 'left' });
  }

  /** As `leave`, but it does not count as received. */
  discard(reason: unknown): void {
    if (this.#end === undefined) this.#isDiscarded = true;
    this.fail(reason);
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, void> {
    return {
      next: () => this.#next(),
      return: () => {
        this.leave();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  async #next(): Promise<IteratorResult<Uint8Array, void>> {
    if (this.#isTaken) this.#release();
    while (this.#chunk === undefined) {
      if (this.#end?.kind === 'failed') throw this.#end.reason;
      if (this.#end !== undefined) return { done: true, value: undefined };
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wakeReader = resolve;
      await promise;
    }
    this.#isTaken = true;
    return { done: false, value: this.#chunk };
  }

  #endWith(end: End): void {
    this.#end ??= end;
    // Nothing is written after an orderly end; after the others the last chunk is not wanted.
    if (end.kind !== 'finished') this.#release();
    this.#wakeReader?.();
  }

  #release(): void {
    this.#chunk = undefined;
    this.#isTaken = false;
    this.#releaseWriter?.();
    this.#releaseWriter = undefined;
  }
}
