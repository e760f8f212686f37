import { storageErrors } from './errors.ts';
import type { Reservation } from './storage.ts';

/** A reservation as the ledger keeps it. */
export interface LedgerReservation extends Reservation {
  /** Move `bytes` from what is set aside, then from what is free, to what is used. @throws STORAGE_FULL */
  use(bytes: number): void;
  /** What was used is not: set aside again, or free if the reservation is over. */
  giveBack(bytes: number): void;
}

/**
 * The space of a store: used + set aside never exceeds the bound, and what is set aside never what
 * the disk has left for it.
 */
export class Ledger {
  readonly #capacityBytes: number;
  #usedBytes = 0;
  #reservedBytes = 0;
  /** What the disk still takes, as measured last and as written and deleted since. */
  #roomBytes = Number.POSITIVE_INFINITY;

  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes;
  }

  /** Neither used nor set aside; negative when others took what was set aside, or the bound was lowered. */
  get freeBytes(): number {
    const withinBound = this.#capacityBytes - this.#usedBytes;
    return Math.min(withinBound, this.#roomBytes) - this.#reservedBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  get capacityBytes(): number {
    return this.#capacityBytes;
  }

  get roomBytes(): number {
    return this.#roomBytes;
  }

  /** So much the disk takes now, whoever else wrote to it. */
  measured(roomBytes: number): void {
    this.#roomBytes = roomBytes;
  }

  /** Bytes found in the store when it was opened; may exceed a bound that was lowered. */
  found(bytes: number): void {
    this.#usedBytes += bytes;
  }

  /** A replica was deleted. */
  removed(bytes: number): void {
    this.#count(-bytes);
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
        this.#count(count);
      },
      giveBack: (count) => {
        this.#count(-count);
        if (!released) setAside(count);
      },
      release: () => {
        released = true;
        setAside(-left);
      },
    };
  }

  /** Written, or deleted where negative. */
  #count(bytes: number): void {
    this.#usedBytes += bytes;
    this.#roomBytes -= bytes;
  }

  #require(bytes: number): void {
    const free = this.freeBytes;
    if (bytes > 0 && bytes > free) {
      const context = { wanted: bytes, free: Math.max(0, free), missing: bytes - free };
      throw storageErrors.create('STORAGE_FULL', { context });
    }
  }
}
