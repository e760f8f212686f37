import type { Readable } from 'node:stream';
import { concatBytes, noBytes } from '../../lib/bytes/bytes.ts';
import { giveBack } from '../../lib/bytes/give-back.ts';

/** What is handed on at once: a few segments, and still within a processor's cache. */
const gatherBytes = 256 * 1024;

/** Of the first: many bodies are short, and memory of many of them is not given back at once. */
const firstGatherBytes = 32 * 1024;

/** Where gathered bytes come from. May bring a little more after `pause`. */
export interface GatherSource {
  pause(): unknown;
  resume(): unknown;
  destroy(): unknown;
}

/**
 * What a source brings, in chunks of up to 256 KiB instead of one a TLS record: a chain of promises
 * for each of those costs more than what is done with its bytes. Gathers what one turn of the event
 * loop brings, so it adds no delay; the receiver has one of two buffers while the other fills.
 */
export class Gathering {
  readonly #source: GatherSource;
  #filling: Uint8Array = new Uint8Array(firstGatherBytes);
  #other: Uint8Array | undefined;
  #filled = 0;
  /** What came when the buffer was full. */
  #over: Uint8Array = noBytes;
  #outcome: { readonly error?: Error } | undefined;
  #wake = (): void => undefined;
  #isWaking = false;

  constructor(source: GatherSource) {
    this.#source = source;
  }

  /** The source brought bytes; copied during the call. */
  take(chunk: Uint8Array): void {
    const taken = this.#fill(chunk);
    if (taken < chunk.length) this.#over = concatBytes([this.#over, chunk.subarray(taken)]);
    if (this.#filled < this.#filling.length) return this.#wakeSoon();
    this.#source.pause();
    this.#wake();
  }

  /** The source ended, or failed. The first word counts. */
  settle(outcome: { readonly error?: Error }): void {
    this.#outcome ??= outcome;
    this.#wake();
  }

  /** All of it, each chunk until the next is asked for. Throws what the source failed with; leaving early destroys it. */
  async *chunks(): AsyncGenerator<Uint8Array, void, void> {
    try {
      for (;;) {
        const bytes = await this.#next();
        if (bytes === undefined) return;
        yield bytes;
      }
    } finally {
      this.#source.destroy();
    }
  }

  /** What came since the last call, at least a byte; undefined at the end. */
  async #next(): Promise<Uint8Array | undefined> {
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
    this.#filling = this.#other ?? noBytes;
    this.#other = full.length === gatherBytes ? full : undefined;
    this.#filled = 0;
    this.#over = this.#over.subarray(this.#fill(this.#over));
    if (this.#filled === 0 || this.#filled < this.#filling.length) this.#source.resume();
    return bytes;
  }

  /** Copy what has room; answers how much that is. */
  #fill(chunk: Uint8Array): number {
    if (this.#filling.length === 0 && chunk.length > 0) this.#filling = new Uint8Array(gatherBytes);
    const taken = chunk.subarray(0, this.#filling.length - this.#filled);
    this.#filling.set(taken, this.#filled);
    this.#filled += taken.length;
    return taken.length;
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
}

/** What a stream brings, gathered. The stream's pieces must be nobody else's: their memory is freed. */
export function gather(source: Readable): AsyncGenerator<Uint8Array, void, void> {
  const gathering = new Gathering(source);
  source.on('data', (chunk: Uint8Array) => {
    gathering.take(chunk);
    giveBack(chunk);
  });
  source.on('end', () => gathering.settle({}));
  source.on('error', (error) => gathering.settle({ error }));
  // Counts only where neither came before.
  source.on('close', () => gathering.settle({ error: new Error('closed before its end') }));
  return gathering.chunks();
}
