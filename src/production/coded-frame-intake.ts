import { giveBack } from '../lib/bytes/give-back.ts';
import type { FrameShape } from '../pixel/index.ts';
import type { CodedFrameSink, FrameIntake, TakeFrame } from './frame-intake.ts';

/** Takes the compressed frames of an instance, of which others make pixels. */
export class CodedFrameIntake implements FrameIntake {
  readonly codedShape: FrameShape;
  readonly #frames: number;
  readonly #takeFrame: TakeFrame;
  readonly #fail: CodedFrameSink['fail'];
  #index = 0;
  #isBroken = false;

  constructor(options: {
    readonly shape: FrameShape;
    readonly frames: number;
    readonly takeFrame: TakeFrame;
    readonly fail: CodedFrameSink['fail'];
  }) {
    this.codedShape = options.shape;
    this.#frames = options.frames;
    this.#takeFrame = options.takeFrame;
    this.#fail = options.fail;
  }

  /** Native pixels among compressed frames are none of this image. */
  async addPixels(): Promise<void> {
    this.#isBroken = true;
  }

  nextFrame(): CodedFrameSink | undefined {
    const index = this.#index;
    this.#index += 1;
    if (index >= this.#frames) return undefined;
    return {
      take: async (pixels) => {
        const free = await this.#takeFrame(index, pixels);
        // Left to the collector, frames would have it run every few of them.
        if (free !== undefined) giveBack(free);
      },
      fail: this.#fail,
    };
  }

  async end(): Promise<boolean> {
    return !this.#isBroken && this.#index === this.#frames;
  }
}
