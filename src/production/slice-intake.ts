import { productionErrors } from './errors.ts';

/** Gathers the native pixel data of one slice. */
export class SliceIntake {
  readonly #buffer: Uint8Array;
  readonly #done: (pixels: Uint8Array) => Promise<void>;
  #filled = 0;

  /** @param buffer exactly the bytes of one slice's pixels; handed to `done` when it is full */
  constructor(buffer: Uint8Array, done: (pixels: Uint8Array) => Promise<void>) {
    this.#buffer = buffer;
    this.#done = done;
  }

  /** Append; the bytes are copied. A value may be padded to even length. */
  add(bytes: Uint8Array): void {
    const room = this.#buffer.length - this.#filled;
    if (bytes.length > room + 1) throw productionErrors.create('PRODUCTION_PIXEL_LENGTH');
    const taken = bytes.subarray(0, room);
    this.#buffer.set(taken, this.#filled);
    this.#filled += taken.length;
  }

  /** The instance is at its end. */
  async end(): Promise<void> {
    if (this.#filled !== this.#buffer.length) {
      throw productionErrors.create('PRODUCTION_TRUNCATED', {
        context: { expected: this.#buffer.length, received: this.#filled },
      });
    }
    await this.#done(this.#buffer);
  }
}
