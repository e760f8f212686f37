/** Cuts bytes that come in any pieces into segments of one size; the last is what is left. */
export class SegmentCutter {
  readonly #stage: Uint8Array;
  #staged = 0;

  /** @param segmentSize bytes */
  constructor(segmentSize: number) {
    this.#stage = new Uint8Array(segmentSize);
  }

  /** What is whole now. A segment is valid until the next is asked for. */
  *push(bytes: Uint8Array): Generator<Uint8Array, void, void> {
    const size = this.#stage.length;
    let offset = 0;
    while (offset < bytes.length) {
      const left = bytes.length - offset;
      if (this.#staged === 0 && left >= size) {
        yield bytes.subarray(offset, offset + size);
        offset += size;
        continue;
      }
      const taken = Math.min(left, size - this.#staged);
      this.#stage.set(bytes.subarray(offset, offset + taken), this.#staged);
      this.#staged += taken;
      offset += taken;
      if (this.#staged === size) {
        this.#staged = 0;
        yield this.#stage;
      }
    }
  }

  /** What is left, once. */
  *end(): Generator<Uint8Array, void, void> {
    const left = this.#staged;
    this.#staged = 0;
    if (left > 0) yield this.#stage.subarray(0, left);
  }
}
