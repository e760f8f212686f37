import type { Readable } from 'node:stream';
import { giveBack } from '../../lib/bytes/give-back.ts';

/** What is handed on at once: a few segments, and still within a processor's cache. */
const gatherBytes = 256 * 1024;

/**
 * What a stream brings, in chunks of up to 256 KiB instead of one a TLS record: a chain of promises
 * for each of those costs more than what is done with its bytes. Gathers what one turn of the event
 * loop brings, so it adds no delay; the receiver has one of two buffers while the other fills.
 *
 * Throws what the stream fails with. Leaving early destroys the stream.
 */
export async function* gather(source: Readable): AsyncGenerator<Uint8Array, void, void> {
  const gathering = new Gathering(source);
  try {
    for (;;) {
      const bytes = await gathering.next();
      if (bytes === undefined) return;
      yield bytes;
    }
  } finally {
    source.destroy();
  }
}

class Gathering {
  readonly #source: Readable;
  #filling: Uint8Array = new Uint8Array(gatherBytes);
  #other: Uint8Array | undefined;
  #filled = 0;
  #outcome: { readonly error?: Error } | undefined;
  #wake = (): void => undefined;
  #isWaking = false;

  constructor(source: Readable) {
    this.#source = source;
    source.on('data', (chunk: Uint8Array) => this.#take(chunk));
    source.on('end', () => this.#settle({}));
    source.on('error', (error) => this.#settle({ error }));
    // Counts only where neither came before.
    source.on('close', () => this.#settle({ error: new Error('closed before its end') }));
  }

  /** What came since the last call, at least a byte; undefined at the end. */
  async next(): Promise<Uint8Array | undefined> {
    if (this.#filled === 0 && this.#outcome === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#filled > 0) return this.#handOver();
    if (this.#outcome?.error !== undefined) throw this.#outcome.error;
    return undefined;
  }

  #handOver(): Uint8Array {
    const full = this.#filling;
    const bytes = full.subarray(0, this.#filled);
    this.#filling = this.#other ?? new Uint8Array(gatherBytes);
    this.#other = full;
    this.#filled = 0;
    this.#source.resume();
    return bytes;
  }

  #take(chunk: Uint8Array): void {
    const taken = chunk.subarray(0, gatherBytes - this.#filled);
    this.#filling.set(taken, this.#filled);
    this.#filled += taken.length;
    if (this.#filled === gatherBytes) {
      this.#source.pause();
      this.#wake();
    } else {
      this.#wakeSoon();
    }
    if (taken.length < chunk.length) this.#source.unshift(chunk.subarray(taken.length));
    else giveBack(chunk);
  }

  /** After what else this turn of the event loop reads. */
  #wakeSoon(): void {
    if (this.#isWaking) return;
    this.#isWaking = true;
    setImmediate(() => {
      this.#isWaking = false;
      if (this.#filled > 0) this.#wake();
    });
  }

  #settle(outcome: { readonly error?: Error }): void {
    this.#outcome ??= outcome;
    this.#wake();
  }
}
