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
 * Frames that wait for their turn, by key: in memory up to a bound, then on disk, sealed.
 *
 * A PACS asked in the order of a volume usually answers in it, and then nothing waits.
 */
export class FrameStore {
  readonly #options: FrameStoreOptions;
  readonly #inMemory = new Map<string, Uint8Array>();
  readonly #onDisk = new Map<string, SpillPlace>();
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

  /** Keep a frame; the store owns `pixels` if it says so, else they may be used again. */
  async put(key: string, pixels: Uint8Array): Promise<'owned' | 'copied'> {
    assert(!this.#inMemory.has(key) && !this.#onDisk.has(key), 'each frame waits once');
    if (this.#heldBytes + pixels.length <= this.#options.memoryBytes) {
      this.#inMemory.set(key, pixels);
      this.#heldBytes += pixels.length;
      return 'owned';
    }
    const file = (this.#file ??= await this.#options.spill.create());
    await this.#makeRoom(pixels.length);
    this.#onDisk.set(key, await file.write(pixels));
    this.#spilledBytes += pixels.length;
    return 'copied';
  }

  /** The frame, which waits no longer; undefined if it is not there. */
  async take(key: string): Promise<Uint8Array | undefined> {
    const held = this.#inMemory.get(key);
    if (held !== undefined) {
      this.#inMemory.delete(key);
      this.#heldBytes -= held.length;
      return held;
    }
    const place = this.#onDisk.get(key);
    if (place === undefined) return undefined;
    this.#onDisk.delete(key);
    return this.#file?.read(place);
  }

  /** Let frames go that nobody wants. */
  keepOnly(wanted: ReadonlySet<string>): void {
    for (const [key, pixels] of this.#inMemory) {
      if (wanted.has(key)) continue;
      this.#inMemory.delete(key);
      this.#heldBytes -= pixels.length;
    }
    for (const key of this.#onDisk.keys()) if (!wanted.has(key)) this.#onDisk.delete(key);
  }

  /** Nothing waits any more. Never throws. */
  async close(): Promise<void> {
    this.#inMemory.clear();
    this.#onDisk.clear();
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
