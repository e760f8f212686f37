import type { Clock, Timer } from './clock.ts';
import { TokenBuckets } from './token-buckets.ts';

/** Where a connection comes from. */
export interface Origin {
  /** As `addressGroup` gives it. */
  readonly network: string;
  /** The bounds of one network do not hold: it is a front proxy, or one that is expected. */
  readonly isExempt: boolean;
}

interface PaceLimits {
  readonly strangersBurst: number;
  readonly strangersPerSecond: number;
  readonly networksTrackedMax: number;
}

/** What waits for the tokens of one network. */
interface Line {
  readonly waiting: Set<{ readonly go: () => void }>;
  timer: Timer | undefined;
}

/**
 * How fast strangers are served: each network may begin so many things at once and so many a second
 * from then on. What is beyond waits in the order in which it came; how much may wait is bounded by
 * who asks.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #buckets: TokenBuckets;
  readonly #lines = new Map<string, Line>();

  constructor(clock: Clock, limits: PaceLimits) {
    this.#clock = clock;
    this.#buckets = new TokenBuckets(clock, {
      burst: limits.strangersBurst,
      perSecond: limits.strangersPerSecond,
      keysMax: limits.networksTrackedMax,
    });
  }

  /** Take a token; false: there is none that nobody waits for. */
  take({ network, isExempt }: Origin): boolean {
    return isExempt || (!this.#lines.has(network) && this.#buckets.take(network));
  }

  /**
   * Take the next token when those who came before have theirs; `go` is called then, later.
   * @returns it is no longer waited for; without effect once `go` was called
   */
  wait({ network }: Origin, go: () => void): () => void {
    const line = this.#lines.get(network) ?? { waiting: new Set(), timer: undefined };
    const entry = { go };
    line.waiting.add(entry);
    this.#lines.set(network, line);
    this.#schedule(network, line);
    return () => {
      line.waiting.delete(entry);
      this.#schedule(network, line);
    };
  }

  /** What they were taken for did not happen, or somebody answers for it. */
  giveBack({ network, isExempt }: Origin, count: number): void {
    if (isExempt) return;
    this.#buckets.giveBack(network, count);
    const line = this.#lines.get(network);
    if (line !== undefined) this.#serve(network, line);
  }

  #schedule(network: string, line: Line): void {
    if (line.waiting.size > 0) {
      const dueMs = this.#buckets.dueMs(network);
      line.timer ??= this.#clock.schedule(dueMs, () => this.#serve(network, line));
    } else if (this.#lines.get(network) === line) {
      line.timer?.cancel();
      this.#lines.delete(network);
    }
  }

  #serve(network: string, line: Line): void {
    line.timer?.cancel();
    line.timer = undefined;
    for (const entry of line.waiting) {
      if (!this.#buckets.take(network)) break;
      line.waiting.delete(entry);
      entry.go();
    }
    this.#schedule(network, line);
  }
}
