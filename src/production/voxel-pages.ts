import { type Deidentified, derive } from '../flow/index.ts';
import { assert, present } from '../lib/assert.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import type { PagePool } from './page-pool.ts';
import type { StackEncoder } from './stack-encoder.ts';

/** What pages work with. */
export interface VoxelPagesOptions {
  /** Get the same bytes. */
  readonly encoders: readonly Pick<StackEncoder, 'write'>[];
  /** What has no more room for so much is full. */
  readonly pieceBytes: number;
  /** A whole number of pieces. */
  readonly pageBytes: number;
  readonly pool: PagePool;
  readonly clock: Clock;
  /** What was gathered goes on after so long, when no more comes. */
  readonly waitMs: number;
}

/**
 * Gathers the voxels of files: while one page is written, the next is filled. One call at a time.
 *
 * A write that fails shows at the next `turn` or `flush`.
 */
export class VoxelPages {
  readonly #options: VoxelPagesOptions;
  /** Being filled. */
  #page: Uint8Array | undefined;
  #filled = 0;
  /** Of what is in the page. */
  #brand: Deidentified<undefined> | undefined;
  /** Of the page before. Stays where it fails. */
  #writing: Promise<void> | undefined;
  #timer: Timer | undefined;

  constructor(options: VoxelPagesOptions) {
    this.#options = options;
  }

  /** Whether so much has room before the next `turn`. */
  hasRoom(bytes: number): boolean {
    return this.#filled + bytes <= this.#options.pageBytes;
  }

  /** Where the next voxels go; they are written before anything else is called or awaited. */
  take(source: Deidentified<unknown>, bytes: number): Uint8Array {
    assert(this.hasRoom(bytes), 'a page has room');
    if (this.#page === undefined) {
      this.#page = this.#options.pool.take(this.#options.pageBytes);
      this.#brand = derive(source, () => undefined);
      this.#wait();
    }
    const start = this.#filled;
    this.#filled += bytes;
    return this.#page.subarray(start, this.#filled);
  }

  /** The voxels are where they go: a page that is full is on its way, if none is before it. */
  taken(): void {
    if (this.#isFull && this.#writing === undefined) this.#send();
  }

  /** What was gathered is on its way; waits for what went before it. @throws what writing it threw */
  async turn(): Promise<void> {
    this.#timer?.cancel();
    await this.#writing;
    this.#send();
  }

  /** All is written. @throws what writing it threw */
  async flush(): Promise<void> {
    await this.turn();
    await this.#writing;
  }

  /** Nothing more is written. Resolves when nothing is under way; never throws. */
  async abort(): Promise<void> {
    this.#timer?.cancel();
    this.#page = undefined;
    this.#filled = 0;
    await this.#writing?.catch(() => undefined);
  }

  get #isFull(): boolean {
    return !this.hasRoom(this.#options.pieceBytes);
  }

  #wait(): void {
    const { clock, waitMs } = this.#options;
    this.#timer = clock.schedule(waitMs, () => {
      if (this.#writing === undefined) this.#send();
      else this.#wait();
    });
  }

  #send(): void {
    const page = this.#page;
    if (page === undefined) return;
    this.#timer?.cancel();
    this.#writing = this.#write(page, this.#filled);
    // Met by `turn`; until then it must not count as unhandled.
    this.#writing.catch(() => undefined);
    this.#page = undefined;
    this.#filled = 0;
  }

  async #write(page: Uint8Array, length: number): Promise<void> {
    const brand = present(this.#brand, 'a page is of something');
    const bytes = derive(brand, () => page.subarray(0, length));
    for (const encoder of this.#options.encoders) await encoder.write(bytes);
    this.#options.pool.give(page);
    this.#writing = undefined;
    if (this.#isFull) this.#send();
  }
}
