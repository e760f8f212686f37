import { unpackBits } from '../pixel/index.ts';
import type { CodedFrameSink, FrameIntake } from './frame-intake.ts';

/** Bytes taken apart at a time: eight times as many are held. */
const pieceBytes = 8192;

/**
 * Takes pixels of one bit apart, a byte each, for an intake of bytes: frames follow each other without a
 * gap, so that one may begin at any bit of a byte.
 *
 * @standard PS3.5 §8.1.1
 */
export class BitFrameIntake implements FrameIntake {
  readonly codedShape = undefined;
  readonly #into: FrameIntake;
  #left: number;

  /** @param pixels of all frames; bits behind them are none */
  constructor(pixels: number, into: FrameIntake) {
    this.#left = pixels;
    this.#into = into;
  }

  async addPixels(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      const piece = bytes.subarray(at, at + pieceBytes);
      // A whole byte behind the image is one pixel too many, which the other intake will say.
      const count = this.#left === 0 ? 1 : Math.min(8 * piece.length, this.#left);
      this.#left = Math.max(0, this.#left - count);
      await this.#into.addPixels(unpackBits(piece, count));
    }
  }

  nextFrame(): CodedFrameSink | undefined {
    return this.#into.nextFrame();
  }

  async end(): Promise<boolean> {
    return this.#into.end();
  }
}
