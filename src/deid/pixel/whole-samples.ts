/**
 * Cuts a stream of bytes at the borders of samples: a piece of a sample at the end of a chunk waits
 * for its rest. Nearly all chunks are cut nowhere and pass as they are.
 */
export class WholeSamples {
  readonly #width: number;
  readonly #rest: Uint8Array;
  #held = 0;

  /** @param width bytes of a sample */
  constructor(width: number) {
    this.#width = width;
    this.#rest = new Uint8Array(width);
  }

  /** Whole samples, in order; valid until the next call. */
  *cut(chunk: Uint8Array): Generator<Uint8Array, void, void> {
    let start = 0;
    if (this.#held > 0) {
      start = Math.min(this.#width - this.#held, chunk.length);
      this.#rest.set(chunk.subarray(0, start), this.#held);
      this.#held += start;
      if (this.#held < this.#width) return;
      this.#held = 0;
      yield new Uint8Array(this.#rest);
    }
    const end = chunk.length - ((chunk.length - start) % this.#width);
    if (end > start) yield chunk.subarray(start, end);
    this.#rest.set(chunk.subarray(end));
    this.#held = chunk.length - end;
  }
}
