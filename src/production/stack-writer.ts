import type { Deidentified } from '../flow/index.ts';
import { present } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import {
  isUnscaled,
  outputTypeOf,
  outputValues,
  toVoxels,
  type VolumePlan,
  voxelBytesOf,
} from '../volume/index.ts';
import type { FrameSlice } from './frame-slice.ts';
import type { FrameStore } from './frame-store.ts';
import type { ProductionLimits } from './limits.ts';
import type { PagePool } from './page-pool.ts';
import type { StackEncoder } from './stack-encoder.ts';
import { VoxelPages } from './voxel-pages.ts';

/** A frame that has come. */
export interface FrameHere {
  readonly frame: number;
  readonly pixels: Uint8Array;
}

/** What a stack is written with. */
export interface StackWriterOptions {
  readonly plan: VolumePlan;
  /** In the order of the volume. */
  readonly slices: readonly FrameSlice[];
  readonly encoders: readonly StackEncoder[];
  readonly store: FrameStore;
  readonly pool: PagePool;
  readonly clock: Clock;
  readonly limits: ProductionLimits;
}

/** Writes the slices of one stack into its files, each in its turn. */
export class StackWriter {
  readonly plan: VolumePlan;
  readonly slices: readonly FrameSlice[];
  readonly encoders: readonly StackEncoder[];
  readonly #store: FrameStore;
  readonly #stored: VoxelPages | undefined;
  /** Where formats state no scale, and there is one. */
  readonly #output: VoxelPages | undefined;
  #next = 0;

  constructor(options: StackWriterOptions) {
    const { plan, slices, encoders, store } = options;
    this.plan = plan;
    this.slices = slices;
    this.encoders = encoders;
    this.#store = store;
    const isOutput = ({ values }: StackEncoder): boolean =>
      values === 'output' && !isUnscaled(plan);
    const stored = encoders.filter((encoder) => !isOutput(encoder));
    const output = encoders.filter(isOutput);
    if (stored.length > 0) this.#stored = pagesFor(stored, voxelBytesOf(plan), options);
    if (output.length > 0) this.#output = pagesFor(output, outputBytesOf(plan), options);
  }

  /** Whether every slice was written. */
  get isComplete(): boolean {
    return this.#next === this.slices.length;
  }

  /**
   * Write what has its turn: slices of a frame that is here, and those that waited.
   * @returns how many slices of the frame were written
   */
  async drain(source: Deidentified<unknown>, here?: FrameHere): Promise<number> {
    let ofFrame = 0;
    while (!this.isComplete) {
      const slice = present(this.slices[this.#next], 'a slice is left');
      const isHere = slice.frame === here?.frame;
      const found = isHere ? here.pixels : this.#store.take(slice.frame);
      const pixels = found instanceof Promise ? await found : found;
      if (pixels === undefined) return ofFrame;
      if (this.#stored?.hasRoom === false) await this.#stored.turn();
      if (this.#output?.hasRoom === false) await this.#output.turn();
      this.#write(source, pixels, slice);
      if (isHere) ofFrame += 1;
    }
    return ofFrame;
  }

  #write(source: Deidentified<unknown>, pixels: Uint8Array, { tile }: FrameSlice): void {
    const place = this.#next;
    this.#next += 1;
    if (this.#stored === undefined && this.#output === undefined) return;
    const voxels = this.#stored?.take(source) ?? new Uint8Array(voxelBytesOf(this.plan));
    toVoxels(this.plan, { pixels, place, tile }, voxels);
    if (this.#output !== undefined) outputValues(this.plan, voxels, this.#output.take(source));
  }

  /** Every slice was written: the files are whole. */
  async end(): Promise<void> {
    await this.#stored?.flush();
    await this.#output?.flush();
    for (const encoder of this.encoders) await encoder.end();
  }

  /** Give up. Never throws. */
  async abort(): Promise<void> {
    for (const encoder of this.encoders) await encoder.abort();
    await this.#stored?.abort();
    await this.#output?.abort();
  }
}

const outputBytesOf = (plan: VolumePlan): number =>
  (plan.rows * plan.columns * outputTypeOf(plan).bits) / 8;

function pagesFor(
  encoders: readonly StackEncoder[],
  sliceBytes: number,
  { slices, pool, clock, limits }: StackWriterOptions,
): VoxelPages {
  const fitting = Math.min(Math.floor(limits.voxelPageBytes / sliceBytes), slices.length);
  const pageBytes = Math.max(fitting, 1) * sliceBytes;
  const { voxelWaitMs: waitMs } = limits;
  return new VoxelPages({ encoders, sliceBytes, pageBytes, pool, clock, waitMs });
}
