import type { ProductionLimits } from './limits.ts';

/** A compressed frame on its way to pixels. */
export interface DecodingFrame {
  /** Bytes that it takes, coded and decoded. */
  readonly bytes: number;
  /** Undefined where none are wanted, and it is only judged. */
  readonly pixels: Promise<Uint8Array | undefined>;
  /** Its turn has come. */
  readonly take: (pixels: Uint8Array | undefined) => Promise<unknown>;
  /** It may not leave, or is no pixels. */
  readonly fail: (error: unknown) => Promise<unknown>;
}

type Settled = { readonly pixels: Uint8Array | undefined } | { readonly error: unknown };

/**
 * Compressed frames of a series, several judged and decoded at a time, also of instances that follow
 * each other; taken one by one, in the order in which they came.
 */
export class DecodeQueue {
  readonly #count: number;
  readonly #bytesMax: number;
  readonly #entries: { readonly frame: DecodingFrame; readonly settled: Promise<Settled> }[] = [];
  #bytes = 0;

  constructor({
    decodingFramesMax,
    decodingBytesMax,
  }: Pick<ProductionLimits, 'decodingFramesMax' | 'decodingBytesMax'>) {
    this.#count = decodingFramesMax;
    this.#bytesMax = decodingBytesMax;
  }

  /** Add a frame; waits while too many are in work. */
  async add(frame: DecodingFrame): Promise<void> {
    // Its failure is looked at when its turn comes, which may be later than it fails.
    const settled = frame.pixels.then(
      (pixels): Settled => ({ pixels }),
      (error: unknown): Settled => ({ error }),
    );
    this.#entries.push({ frame, settled });
    this.#bytes += frame.bytes;
    while (this.#isFull()) await this.#takeFirst();
  }

  /** Every frame had its turn. */
  async drain(): Promise<void> {
    while (this.#entries.length > 0) await this.#takeFirst();
  }

  /** Nothing is wanted any more. */
  clear(): void {
    this.#entries.length = 0;
    this.#bytes = 0;
  }

  #isFull(): boolean {
    const { length } = this.#entries;
    return length > this.#count || (length > 1 && this.#bytes > this.#bytesMax);
  }

  async #takeFirst(): Promise<void> {
    const entry = this.#entries.shift();
    if (entry === undefined) return;
    this.#bytes -= entry.frame.bytes;
    const settled = await entry.settled;
    if ('pixels' in settled) await entry.frame.take(settled.pixels);
    else await entry.frame.fail(settled.error);
  }
}
