import type { ListenerLimits } from './limits.ts';

/**
 * Spreads what begins at one time over the rounds of the event loop: a few in each, and of those who
 * wait each in turn. Else the handshakes, or the requests, that one sends at once were one long
 * pause for all others.
 */
export class Rounds {
  readonly #limits: Pick<ListenerLimits, 'beginsPerRoundMax'>;
  /** Calls back in the next round of the event loop. */
  readonly #nextRound: (callback: () => void) => void;
  /** What waits, by whose it is, in the order in which they have their turn. */
  readonly #waiting = new Map<string, Set<() => void>>();
  #begun = 0;

  constructor(
    limits: Pick<ListenerLimits, 'beginsPerRoundMax'>,
    nextRound: (callback: () => void) => void = setImmediate,
  ) {
    this.#limits = limits;
    this.#nextRound = nextRound;
  }

  /** `go` is called in this round, perhaps before this returns, or in a later one. */
  enter(owner: string, go: () => void): void {
    const others = this.#waiting.get(owner);
    if (others === undefined) this.#waiting.set(owner, new Set([go]));
    else others.add(go);
    this.#next();
  }

  #next(): void {
    while (this.#begun < this.#limits.beginsPerRoundMax) {
      const [first] = this.#waiting;
      if (first === undefined) return;
      const [owner, his] = first;
      const [go] = his;
      this.#waiting.delete(owner);
      if (go === undefined) continue;
      his.delete(go);
      if (his.size > 0) this.#waiting.set(owner, his);
      this.#count();
      go();
    }
  }

  #count(): void {
    this.#begun += 1;
    if (this.#begun > 1) return;
    this.#nextRound(() => {
      this.#begun = 0;
      this.#next();
    });
  }
}
