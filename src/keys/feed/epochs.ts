/** What the feed says of shares that were made anew under one order. */
export interface RunDecision {
  readonly isCommitted: boolean;
  /** Number and time (UTC ms) of the entry that said so. */
  readonly seq: number;
  readonly timeMs: number;
}

/** Which shares count, as far as the feed says: those that were deposited, or made anew and committed. */
export class Epochs {
  readonly #runs = new Map<string, RunDecision>();
  #since = 0;
  #begun: number | undefined;

  /** What became of a run; undefined while nothing did. */
  decisionOf(run: string): RunDecision | undefined {
    return this.#runs.get(run);
  }

  /** Shares that count since an older entry are nobody's any more. */
  get since(): number {
    return this.#since;
  }

  /** The entry that began a refresh that is not done yet. */
  get begun(): number | undefined {
    return this.#begun;
  }

  begin(seq: number): void {
    this.#begun = seq;
  }

  /** Only the first word on a run counts. */
  decide(run: string, decision: RunDecision): void {
    if (!this.#runs.has(run)) this.#runs.set(run, decision);
  }

  /** Done with the refresh that entry `begun` began; any other is an older one. */
  finish(begun: number): void {
    if (begun !== this.#begun) return;
    this.#since = begun;
    this.#begun = undefined;
  }
}
