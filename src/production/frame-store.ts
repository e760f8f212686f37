import { assert } from '../lib/assert.ts';
import type { Spill, SpillFile, SpillPlace } from './spill/spill-file.ts';

/** How much may wait, and where. */
export interface FrameStoreOptions {
  /** What may wait in memory. */
  readonly memoryBytes: number;
  readonly spill: Spill;
  /** Sets space aside before it is used. @throws STORAGE_FULL */
  readonly reserve: (bytes: number) => Promise<{ release(): void }>;
  /** Space is set aside in steps of so much. */
  readonly stepBytes: number;
}

/**
 * Frames that wait for the turn of their slices, by number: in memory up to a bound, then on disk,
 * sealed.
 *
 * A PACS asked in the order of a volume usually answers in it, and then nothing waits.
 */
export class FrameStore {
  readonly #options: FrameStoreOptions;
  readonly #inMemory = new Map<number, Uint8Array>();
  readonly #onDisk = new Map<number, SpillPlace>();
  /** How often a frame is still taken; not here: once. */
  readonly #uses = new Map<number, number>();
  /** Was read from disk and is taken again. */
  #read: { readonly frame: number; readonly pixels: Uint8Array } | undefined;
  readonly #reserved: { release(): void }[] = [];
  #heldBytes = 0;
  #spilledBytes = 0;
  #file: SpillFile | undefined;

  constructor(options: FrameStoreOptions) {
    this.#options = options;
  }

  /** How many frames wait. */
  get size(): number {
    return this.#inMemory.size + this.#onDisk.size;
  }

  /** Bytes that wait in memory. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /**
   * Keep a frame until it was taken so often; the store owns `pixels` if it says so, else they may
   * be used again.
   */
  async put(frame: number, pixels: Uint8Array, uses = 1): Promise<'owned' | 'copied'> {
    assert(!this.#inMemory.has(frame) && !this.#onDisk.has(frame), 'each frame waits once');
    if (uses > 1) this.#uses.set(frame, uses);
    if (this.#heldBytes + pixels.length <= this.#options.memoryBytes) {
      this.#inMemory.set(frame, pixels);
      this.#heldBytes += pixels.length;
      return 'owned';
    }
    const file = (this.#file ??= await this.#options.spill.create());
    await this.#makeRoom(pixels.length);
    this.#onDisk.set(frame, await file.write(pixels));
    this.#spilledBytes += pixels.length;
    return 'copied';
  }

  /** The frame, which the last time waits no longer; undefined if it is not there. */
  take(frame: number): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    const held = this.#inMemory.get(frame);
    if (held === undefined) return this.#onDisk.has(frame) ? this.#takeFromDisk(frame) : undefined;
    if (this.#isLastUse(frame)) {
      this.#inMemory.delete(frame);
      this.#heldBytes -= held.length;
    }
    return held;
  }

  async #takeFromDisk(frame: number): Promise<Uint8Array | undefined> {
    const place = this.#onDisk.get(frame);
    const known = this.#read?.frame === frame ? this.#read.pixels : undefined;
    if (place === undefined) return undefined;
    const isLast = this.#isLastUse(frame);
    if (isLast) this.#onDisk.delete(frame);
    const pixels = known ?? (await this.#file?.read(place));
    this.#read = isLast || pixels === undefined ? undefined : { frame, pixels };
    return pixels;
  }

  #isLastUse(frame: number): boolean {
    const left = (this.#uses.get(frame) ?? 1) - 1;
    if (left > 0) this.#uses.set(frame, left);
    else this.#uses.delete(frame);
    return left === 0;
  }

  /** Let frames go that nobody wants. @param uses how often each of the others will be taken */
  keepOnly(uses: (frame: number) => number): void {
    for (const [frame, pixels] of this.#inMemory) {
      if (this.#keeps(frame, uses(frame))) continue;
      this.#inMemory.delete(frame);
      this.#heldBytes -= pixels.length;
    }
    for (const frame of this.#onDisk.keys()) {
      if (!this.#keeps(frame, uses(frame))) this.#onDisk.delete(frame);
    }
  }

  #keeps(frame: number, uses: number): boolean {
    if (uses > 1) this.#uses.set(frame, uses);
    return uses > 0;
  }

  /** Nothing waits any more. Never throws. */
  async close(): Promise<void> {
    this.#inMemory.clear();
    this.#onDisk.clear();
    this.#uses.clear();
    this.#read = undefined;
    this.#heldBytes = 0;
    await this.#file?.close();
    this.#file = undefined;
    for (const each of this.#reserved.splice(0)) each.release();
  }

  /** The file only grows: what was taken leaves a hole that nothing fills. */
  async #makeRoom(length: number): Promise<void> {
    const { reserve, stepBytes } = this.#options;
    while (this.#spilledBytes + length > this.#reserved.length * stepBytes) {
      this.#reserved.push(await reserve(stepBytes));
    }
  }
}
