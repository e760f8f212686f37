import { assert } from '../assert.ts';

/** Collects what comes in pieces: grows with what came, never with what was declared. */
export class ByteGatherer {
  #bytes: Uint8Array;
  #length = 0;

  /** @param roomBytes made at once: what was declared, as far as a limit of the caller lets it be believed */
  constructor(roomBytes = 0) {
    this.#bytes = new Uint8Array(roomBytes);
  }

  get length(): number {
    return this.#length;
  }

  /** Copy `chunk` to the end; the caller has checked its own limit. */
  push(chunk: Uint8Array): void {
    const needed = this.#length + chunk.length;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(chunk, this.#length);
    this.#length = needed;
    assert(this.#length <= this.#bytes.length, 'gathered bytes fit');
  }

  /** What was gathered, handed over; the gatherer is empty again. */
  take(): Uint8Array {
    const whole = this.#bytes.subarray(0, this.#length);
    this.#bytes = new Uint8Array(0);
    this.#length = 0;
    return whole;
  }
}
