import { giveBack } from '../lib/bytes/give-back.ts';
import type { FrameIntake, TakeFrame } from './frame-intake.ts';

/** Takes the compressed frames of an instance, which `decode` makes pixels of. */
export class CodedFrameIntake implements FrameIntake {
  readonly #frames: number;
  readonly #decode: (
    coded: Uint8Array,
    take: (pixels: Uint8Array) => Promise<unknown>,
  ) => Promise<void>;
  readonly #takeFrame: TakeFrame;
  #index = 0;
  #isBroken = false;

  /** @param options `decode` waits while too many frames are in work, and calls `take` in their order */
  constructor(options: {
    readonly frames: number;
    readonly decode: (
      coded: Uint8Array,
      take: (pixels: Uint8Array) => Promise<unknown>,
    ) => Promise<void>;
    readonly takeFrame: TakeFrame;
  }) {
    this.#frames = options.frames;
    this.#decode = options.decode;
    this.#takeFrame = options.takeFrame;
  }

  /** Native pixels among compressed frames are none of this image. */
  async addPixels(): Promise<void> {
    this.#isBroken = true;
  }

  async addFrame(coded: Uint8Array): Promise<void> {
    const index = this.#index;
    this.#index += 1;
    if (index >= this.#frames) return;
    await this.#decode(coded, async (pixels) => {
      const free = await this.#takeFrame(index, pixels);
      // Left to the collector, frames would have it run every few of them.
      if (free !== undefined) giveBack(free);
    });
  }

  async end(): Promise<boolean> {
    return !this.#isBroken && this.#index === this.#frames;
  }
}
