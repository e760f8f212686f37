import type { Log } from '../../lib/log.ts';
import type { DropReason, Drops } from './drops.ts';

/**
 * Logs how many values of the keep list did not stay, by reason, over all instances of a collection:
 * at the first instance and whenever their number has doubled, so that a device whose words nobody
 * knows is seen and does not fill the log.
 */
export class DropLog {
  readonly #log: Log;
  readonly #totals: Partial<Record<DropReason, number>> = {};
  #instances = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  add(drops: Drops): void {
    const counts = Object.entries(drops) as [DropReason, number][]; // its keys are reasons
    if (counts.length === 0) return;
    for (const [reason, count] of counts) {
      this.#totals[reason] = (this.#totals[reason] ?? 0) + count;
    }
    this.#instances += 1;
    const isDoubled = (this.#instances & (this.#instances - 1)) === 0;
    if (isDoubled) this.#log.info('deid.dropped', { instances: this.#instances, ...this.#totals });
  }
}
