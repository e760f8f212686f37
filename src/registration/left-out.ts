import type { Gap, GapReason } from '../pacs/lists/gap.ts';
import { registrationLimits } from './limits.ts';

/** Why something that a PACS holds, or may hold, is not registered. */
export type LeftOutReason =
  | GapReason
  /** What the answers of a series say cannot be entered into the clinical index. */
  | 'record-invalid'
  /** Series that are known and not announced, or held back; not all need be of this PACS. */
  | 'not-announced'
  /** Of further kinds than are counted apart. */
  | 'other';

/** What a walk left out, or may have, for one reason. */
export interface LeftOut extends Omit<Gap, 'reason'> {
  readonly reason: LeftOutReason;
}

/** Counts of what a walk left out, by reason, level and DIMSE status. */
export class LeftOutCounts {
  readonly #rows = new Map<string, LeftOut>();

  add(more: LeftOut): void {
    const key = `${more.reason} ${more.level} ${more.status ?? ''}`;
    // A PACS chooses its statuses: of 65,536 not all are counted apart.
    const isRoom = this.#rows.has(key) || this.#rows.size < registrationLimits.leftOutRowsMax;
    const { level } = more;
    const [at, row] = isRoom
      ? [key, more]
      : [`other ${level}`, { reason: 'other' as const, level }];
    const before = this.#rows.get(at)?.count ?? 0;
    this.#rows.set(at, { ...row, count: before + more.count });
  }

  /** The most frequent first. */
  rows(): readonly LeftOut[] {
    return [...this.#rows.values()].sort((a, b) => b.count - a.count);
  }
}
