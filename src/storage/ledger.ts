import { storageErrors } from './errors.ts';
import type { Reservation } from './storage.ts';

/** A reservation as the ledger keeps it. */
export interface LedgerReservation extends Reservation {
  /** Move `bytes` from what is set aside, then from what is free, to what is used. @throws STORAGE_FULL */
  use(bytes: number): void;
  /** What was used is not: set aside again, or free if the reservation is over. */
  giveBack(bytes: number): void;
}

/** The space of a store: used + set aside never exceeds the bound. */
export class Ledger {
  readonly #capacityBytes: number;
  #usedBytes = 0;
  #reservedBytes = 0;

  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes;
  }

  get freeBytes(): number {
    return this.#capacityBytes - this.#usedBytes - this.#reservedBytes;
  }

  /** Bytes found in the store when it was opened; may exceed a bound that was lowered. */
  found(bytes: number): void {
    this.#usedBytes += bytes;
  }

  /** A replica was deleted. */
  removed(bytes: number): void {
    this.#usedBytes -= bytes;
  }

  /** Set bytes aside. @throws STORAGE_FULL */
  reserve(bytes: number): LedgerReservation {
    this.#require(bytes);
    this.#reservedBytes += bytes;
    let left = bytes;
    let released = false;
    const setAside = (change: number): void => {
      left += change;
      this.#reservedBytes += change;
    };
    return {
      use: (count) => {
        const fromReserve = Math.min(left, count);
        this.#require(count - fromReserve);
        setAside(-fromReserve);
        this.#usedBytes += count;
      },
      giveBack: (count) => {
        this.#usedBytes -= count;
        if (!released) setAside(count);
      },
      release: () => {
        released = true;
        setAside(-left);
      },
    };
  }

  #require(bytes: number): void {
    if (bytes > 0 && bytes > this.freeBytes)
      throw storageErrors.create('STORAGE_FULL', {
        context: { wanted: bytes, free: Math.max(0, this.freeBytes) },
      });
  }
}
