import { type Deidentified, derive } from '../flow/index.ts';
import { present } from '../lib/assert.ts';
import { outputValues, toVoxels, type VolumePlan } from '../volume/index.ts';
import type { FrameStore } from './frame-store.ts';
import type { StackEncoder } from './stack-encoder.ts';

/** Writes the frames of one stack into its files, each in its turn. */
export class StackWriter {
  readonly plan: VolumePlan;
  readonly encoders: readonly StackEncoder[];
  /** Of each frame, in the order of the volume. */
  readonly #keys: readonly string[];
  readonly #store: FrameStore;
  #next = 0;

  constructor(options: {
    readonly plan: VolumePlan;
    readonly keys: readonly string[];
    readonly encoders: readonly StackEncoder[];
    readonly store: FrameStore;
  }) {
    this.plan = options.plan;
    this.encoders = options.encoders;
    this.#keys = options.keys;
    this.#store = options.store;
  }

  /** Whether every frame was written. */
  get isComplete(): boolean {
    return this.#next === this.#keys.length;
  }

  /** A frame is here: it is written, with all that waited for it, or waits. */
  async arrived(
    source: Deidentified<unknown>,
    frame: { readonly key: string; readonly pixels: Uint8Array },
  ): Promise<'owned' | 'copied'> {
    if (frame.key !== this.#keys[this.#next]) return this.#store.put(frame.key, frame.pixels);
    await this.#write(source, frame.pixels);
    await this.drain(source);
    return 'copied';
  }

  /** Write what waits for its turn and has it. */
  async drain(source: Deidentified<unknown>): Promise<void> {
    while (!this.isComplete) {
      const pixels = await this.#store.take(present(this.#keys[this.#next], 'a frame is left'));
      if (pixels === undefined) return;
      await this.#write(source, pixels);
    }
  }

  async #write(source: Deidentified<unknown>, pixels: Uint8Array): Promise<void> {
    const voxels = derive(source, () => toVoxels(this.plan, pixels, this.#next));
    const values = this.encoders.some((encoder) => encoder.values === 'output')
      ? derive(voxels, (stored) => outputValues(this.plan, stored))
      : voxels;
    for (const encoder of this.encoders) {
      await encoder.write(encoder.values === 'output' ? values : voxels);
    }
    this.#next += 1;
  }

  /** Give up. Never throws. */
  async abort(): Promise<void> {
    for (const encoder of this.encoders) await encoder.abort();
  }
}
