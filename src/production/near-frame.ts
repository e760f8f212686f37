/** What a processor core keeps near it; a mosaic of 384 x 384 has 288 KiB. */
const nearBytesMax = 1024 * 1024;

/**
 * A copy of the frame whose tiles are cut. The rows of a tile lie far from each other in a frame that
 * has waited: to fetch them one by one takes two to three times as long as to read the frame once in
 * its order and cut the copy.
 */
export class NearFrame {
  #frame: number | undefined;
  #pixels = new Uint8Array(0);

  /** The pixels of a frame; what is too large to be kept near is given as it is. */
  of(frame: number, pixels: Uint8Array): Uint8Array {
    if (pixels.length > nearBytesMax) return pixels;
    if (frame === this.#frame) return this.#pixels;
    if (pixels.length !== this.#pixels.length) this.#pixels = new Uint8Array(pixels.length);
    this.#pixels.set(pixels);
    this.#frame = frame;
    return this.#pixels;
  }
}
