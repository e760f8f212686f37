import type { FrameIntake, TakeFrame } from './frame-intake.ts';

/** Cuts the native pixel data of an instance into its frames. */
export class NativeFrameIntake implements FrameIntake {
  readonly codedShape = undefined;
  readonly #frames: number;
  readonly #frameBytes: number;
  readonly #takeFrame: TakeFrame;
  #buffer: Uint8Array;
  #filled = 0;
  #index = 0;
  #hasMore = false;

  /** @param options `buffer` has the bytes of one frame; `frames` of them make the pixel data */
  constructor(options: {
    readonly frames: number;
    readonly buffer: Uint8Array;
    readonly takeFrame: TakeFrame;
  }) {
    this.#frames = options.frames;
    this.#frameBytes = options.buffer.length;
    this.#buffer = options.buffer;
    this.#takeFrame = options.takeFrame;
  }

  /** A frame goes on when the next one begins. */
  async addPixels(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      if (this.#filled === this.#frameBytes) {
        if (this.#index === this.#frames - 1) {
          this.#hasMore = true;
          return;
        }
        await this.#pass();
      }
      const part = bytes.subarray(at, at + this.#frameBytes - this.#filled);
      this.#buffer.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
    }
  }

  /** Compressed frames among native pixels are none of this image. */
  nextFrame(): undefined {
    this.#hasMore = true;
  }

  /** Its last frame goes on. */
  async end(): Promise<boolean> {
    const isWhole = this.#filled === this.#frameBytes && this.#index === this.#frames - 1;
    if (!isWhole || this.#hasMore) return false;
    await this.#pass();
    return true;
  }

  async #pass(): Promise<void> {
    const spare = await this.#takeFrame(this.#index, this.#buffer);
    this.#index += 1;
    this.#filled = 0;
    if (this.#index < this.#frames) this.#buffer = spare ?? new Uint8Array(this.#frameBytes);
  }
}
