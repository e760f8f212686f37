import { sealLimits } from '../limits.ts';

/**
 * Reuses the memory of batches: fresh memory costs more than the encryption that fills it. What a
 * call handed out stays untouched until two later calls have handed something out.
 */
export class BatchPool {
  readonly #batchSize: number;
  readonly #free: Uint8Array[] = [];
  #handedOut: Uint8Array[] = [];
  #handedOutBefore: Uint8Array[] = [];
  #firstOfCall = true;

  constructor(batchSize: number) {
    this.#batchSize = batchSize;
  }

  /** A call begins. Calls that hand nothing out do not count. */
  beginCall(): void {
    this.#firstOfCall = true;
  }

  /** A batch to fill. */
  take(): Uint8Array {
    return this.#free.pop() ?? new Uint8Array(this.#batchSize);
  }

  /** This call hands `batch` out. */
  handOut(batch: Uint8Array): void {
    if (this.#firstOfCall) this.#nextGeneration();
    this.#firstOfCall = false;
    this.#handedOut.push(batch);
  }

  #nextGeneration(): void {
    for (const batch of this.#handedOutBefore)
      if (this.#free.length < sealLimits.pooledBatchCountMax) this.#free.push(batch);
    this.#handedOutBefore = this.#handedOut;
    this.#handedOut = [];
  }
}
