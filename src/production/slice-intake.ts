/** Gathers the native pixel data of one slice. */
export class SliceIntake {
  readonly #buffer: Uint8Array;
  #received = 0;

  /** @param buffer exactly the bytes of one slice's pixels */
  constructor(buffer: Uint8Array) {
    this.#buffer = buffer;
  }

  /** Append; the bytes are copied. */
  add(bytes: Uint8Array): void {
    const room = Math.max(0, this.#buffer.length - this.#received);
    if (room > 0) this.#buffer.set(bytes.subarray(0, room), this.#received);
    this.#received += bytes.length;
  }

  /** All of it, once the instance is at its end; undefined if it is not one slice. */
  pixels(): Uint8Array | undefined {
    return this.#received === this.#buffer.length ? this.#buffer : undefined;
  }
}
