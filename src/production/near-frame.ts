import type { ProductionLimits } from './limits.ts';

/**
 * A copy of the frame whose tiles are cut. The rows of a tile lie far from each other in a frame that
 * has waited: to fetch them one by one takes two to three times as long as to read the frame once in
 * its order and cut the copy.
 */
export class NearFrame {
  readonly #bytesMax: number;
  #frame: number | undefined;
  #pixels = new Uint8Array(0);

  constructor({ nearFrameBytesMax }: Pick<ProductionLimits, 'nearFrameBytesMax'>) {
    this.#bytesMax = nearFrameBytesMax;
  }

  /** The pixels of a frame; what is too large to be kept near is given as it is. */
  of(frame: number, pixels: Uint8Array): Uint8Array {
    if (pixels.length > this.#bytesMax) return pixels;
    if (frame === this.#frame) return this.#pixels;
    if (pixels.length !== this.#pixels.length) this.#pixels = new Uint8Array(pixels.length);
    this.#pixels.set(pixels);
    this.#frame = frame;
    return this.#pixels;
  }
}
