import type { Deidentified } from '../flow/index.ts';
import { present } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import {
  isUnscaled,
  outputValues,
  type RowBand,
  type SlicePixels,
  toVoxels,
  type VolumePlan,
  voxelBytesOf,
} from '../volume/index.ts';
import type { FrameSlice } from './frame-slice.ts';
import type { FrameStore } from './frame-store.ts';
import type { ProductionLimits } from './limits.ts';
import { NearFrame } from './near-frame.ts';
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
  /** Of a slice, each of which has room in a page. */
  readonly #bands: readonly RowBand[];
  /** Bytes of a row of voxels, as they are stored and as values. */
  readonly #rowBytes: { readonly stored: number; readonly output: number };
  readonly #near: NearFrame;
  #next = 0;

  constructor(options: StackWriterOptions) {
    const { plan, slices, encoders, store } = options;
    this.plan = plan;
    this.slices = slices;
    this.encoders = encoders;
    this.#store = store;
    this.#near = new NearFrame(options.limits);
    const isOutput = ({ values }: StackEncoder): boolean =>
      values === 'output' && !isUnscaled(plan);
    const stored = encoders.filter((encoder) => !isOutput(encoder));
    const output = encoders.filter(isOutput);
    const rowBytes = {
      stored: voxelBytesOf(plan) / plan.rows,
      output: output.length === 0 ? 0 : plan.columns * 4,
    };
    this.#rowBytes = rowBytes;
    const widest = Math.max(rowBytes.stored, rowBytes.output);
    this.#bands = bandsOf(plan.rows, options.limits.voxelPageBytes / widest);
    if (stored.length > 0) this.#stored = this.#pagesFor(stored, rowBytes.stored, options);
    if (output.length > 0) this.#output = this.#pagesFor(output, rowBytes.output, options);
  }

  #pagesFor(
    encoders: readonly StackEncoder[],
    rowBytes: number,
    { slices, pool, clock, limits }: StackWriterOptions,
  ): VoxelPages {
    const pieceBytes = (this.#bands[0]?.count ?? 1) * rowBytes;
    const all = slices.length * this.#bands.length;
    const pieces = Math.min(Math.floor(limits.voxelPageBytes / pieceBytes), all);
    const pageBytes = Math.max(pieces, 1) * pieceBytes;
    const waitMs = limits.voxelWaitMs;
    return new VoxelPages({ encoders, pieceBytes, pageBytes, pool, clock, waitMs });
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
      const near = isHere ? pixels : this.#nearOf(slice, pixels);
      for (const band of this.#bands) {
        if (!this.#hasRoom(band)) await this.#turn();
        this.#write(source, { pixels: near, place: this.#next, tile: slice.tile, band });
      }
      this.#next += 1;
      if (isHere) ofFrame += 1;
    }
    return ofFrame;
  }

  /** A frame that has waited and of which tiles are cut is brought near first. */
  #nearOf({ frame, tile }: FrameSlice, pixels: Uint8Array): Uint8Array {
    return tile === undefined ? pixels : this.#near.of(frame, pixels);
  }

  #hasRoom({ count }: RowBand): boolean {
    const { stored, output } = this.#rowBytes;
    return (
      this.#stored?.hasRoom(count * stored) !== false &&
      this.#output?.hasRoom(count * output) !== false
    );
  }

  async #turn(): Promise<void> {
    await this.#stored?.turn();
    await this.#output?.turn();
  }

  #write(source: Deidentified<unknown>, slice: SlicePixels & { readonly band: RowBand }): void {
    if (this.encoders.length === 0) return;
    const { count } = slice.band;
    const storedBytes = count * this.#rowBytes.stored;
    const voxels = this.#stored?.take(source, storedBytes) ?? new Uint8Array(storedBytes);
    toVoxels(this.plan, slice, voxels);
    this.#stored?.taken();
    if (this.#output === undefined) return;
    outputValues(this.plan, voxels, this.#output.take(source, count * this.#rowBytes.output));
    this.#output.taken();
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

/** Rows of a slice, at most so many at a time. */
function bandsOf(rows: number, rowsMost: number): readonly RowBand[] {
  const height = Math.max(1, Math.floor(rowsMost));
  return Array.from({ length: Math.ceil(rows / height) }, (_, at) => ({
    first: at * height,
    count: Math.min(height, rows - at * height),
  }));
}
