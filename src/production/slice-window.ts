import { assert } from '../lib/assert.ts';

/**
 * Puts slices that arrive in any order into the order of the volume.
 *
 * A PACS asked in slice order usually answers in it, and then nothing is held. Slices that come
 * before their turn wait here; the window is bounded by the sum of their bytes.
 */
export class SliceWindow {
  readonly #waiting = new Map<number, Uint8Array>();
  readonly #maxBytes: number;
  #heldBytes = 0;
  #next = 0;

  constructor(options: { readonly maxBytes: number }) {
    this.#maxBytes = options.maxBytes;
  }

  /** Place of the slice whose turn it is. */
  get next(): number {
    return this.#next;
  }

  /** Bytes waiting for their turn. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Whether a slice of `length` bytes that is not next may wait. */
  hasRoom(length: number): boolean {
    return this.#heldBytes + length <= this.#maxBytes;
  }

  /** Keep a slice until its turn. The window owns `voxels`. */
  put(place: number, voxels: Uint8Array): void {
    assert(place >= this.#next && !this.#waiting.has(place), 'each place is filled once');
    this.#waiting.set(place, voxels);
    this.#heldBytes += voxels.length;
  }

  /** The slice whose turn it is, if it is there; the turn goes to the one after it. */
  take(): Uint8Array | undefined {
    const voxels = this.#waiting.get(this.#next);
    if (voxels === undefined) return undefined;
    this.#waiting.delete(this.#next);
    this.#heldBytes -= voxels.length;
    this.#next += 1;
    return voxels;
  }
}
