import type { Clock } from '../../../lib/clock.ts';
import type { Ledger } from '../../ledger.ts';
import type { StorageLimits } from '../../limits.ts';
import type { StorageSpace } from '../../storage.ts';
import type { DiskFiles } from './disk-files.ts';

/** What is measured, and who is told. */
export interface DiskSpaceOptions {
  readonly files: DiskFiles;
  /** A path of the file system. */
  readonly path: string;
  readonly ledger: Ledger;
  readonly limits: StorageLimits;
  readonly clock: Clock;
}

/**
 * What the disk under a store has left for it. The file system is asked, so that whatever others
 * write counts; a part is left to those who must never find it full.
 */
export class DiskSpace {
  readonly #options: DiskSpaceOptions;
  #measuredMs = Number.NEGATIVE_INFINITY;
  #refusedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(options: DiskSpaceOptions) {
    this.#options = options;
  }

  /** Before `bytes` are set aside: what is known is measured again if it is old, or would refuse. */
  async refresh(bytes: number): Promise<void> {
    const { ledger, limits, clock } = this.#options;
    const isOld = clock.monotonicMs() - this.#measuredMs >= limits.measuredMs;
    if (isOld || ledger.freeBytes < bytes) await this.#measure();
  }

  /** The disk took no more, though it may say that it has room. */
  refused(): void {
    const { ledger, limits, clock } = this.#options;
    this.#refusedUntilMs = clock.monotonicMs() + limits.refusedMs;
    ledger.measured(Math.min(0, ledger.roomBytes));
  }

  async state(): Promise<StorageSpace> {
    const { ledger } = this.#options;
    const disk = await this.#measure();
    const { usedBytes, capacityBytes: limitBytes } = ledger;
    return { usedBytes, limitBytes, freeBytes: Math.max(0, ledger.freeBytes), disk };
  }

  /** A file system that does not say leaves the bound alone to decide: writing tells. */
  async #measure(): Promise<StorageSpace['disk']> {
    const { files, path, ledger, limits, clock } = this.#options;
    const nowMs = clock.monotonicMs();
    const known = await files.space(path).catch(() => undefined);
    if (known === undefined) return undefined;
    const { totalBytes, freeBytes } = known;
    const keptBytes = Math.min(Math.floor(totalBytes * limits.keptShare), limits.keptBytesMax);
    const roomBytes = freeBytes - keptBytes;
    const isRefusing = nowMs < this.#refusedUntilMs;
    ledger.measured(isRefusing ? Math.min(roomBytes, ledger.roomBytes) : roomBytes);
    this.#measuredMs = nowMs;
    return { freeBytes, keptBytes };
  }
}
