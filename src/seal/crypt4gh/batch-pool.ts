import { sealLimits } from '../limits.ts';

/**
 * Reuses the memory of batches. What one call hands out is free again two calls later; fresh memory
 * costs more than the encryption that fills it.
 */
export class BatchPool {
  readonly #batchSize: number;
  readonly #free: Uint8Array[] = [];
  #handedOut: Uint8Array[] = [];
  #handedOutBefore: Uint8Array[] = [];

  constructor(batchSize: number) {
    this.#batchSize = batchSize;
  }

  /** A call begins: what the call before the last handed out is free. */
  nextCall(): void {
    for (const batch of this.#handedOutBefore)
      if (this.#free.length < sealLimits.pooledBatchCountMax) this.#free.push(batch);
    this.#handedOutBefore = this.#handedOut;
    this.#handedOut = [];
  }

  /** A batch to fill. */
  take(): Uint8Array {
    return this.#free.pop() ?? new Uint8Array(this.#batchSize);
  }

  /** This call hands `batch` out. */
  handOut(batch: Uint8Array): void {
    this.#handedOut.push(batch);
  }
}
