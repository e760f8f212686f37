/**
 * Why a value of the keep list did not stay: not of the form of its VR, no term of the attribute's
 * vocabulary, no number within its bounds, no code of its context groups, or equal to an identifier
 * that the header loses.
 */
export type DropReason = 'form' | 'term' | 'bounds' | 'code' | 'identifier';

/** How many values of one header did not stay, by reason; reasons that did not occur are absent. */
export type Drops = Readonly<Partial<Record<DropReason, number>>>;

/** Counts what does not stay. Knows no value. */
export class DropCounter {
  readonly #counts: Partial<Record<DropReason, number>> = {};

  add(reason: DropReason): void {
    this.#counts[reason] = (this.#counts[reason] ?? 0) + 1;
  }

  /** What was counted elsewhere. */
  addAll(drops: Drops): void {
    for (const [name, count] of Object.entries(drops)) {
      const reason = name as DropReason; // the keys of `Drops`
      this.#counts[reason] = (this.#counts[reason] ?? 0) + count;
    }
  }

  get isEmpty(): boolean {
    return Object.keys(this.#counts).length === 0;
  }

  get drops(): Drops {
    return this.#counts;
  }
}
