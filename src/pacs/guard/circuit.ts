import type { PacsLimits } from '../limits.ts';

/**
 * Circuit breaker: after some failures in a row nothing is let through for a while, then one
 * operation tries; if it fails the while doubles.
 */
export class Circuit {
  readonly #limits: PacsLimits;
  #failures = 0;
  #timesOpened = 0;
  #openUntilMs: number | undefined;
  #isTrying = false;

  constructor(limits: PacsLimits) {
    this.#limits = limits;
  }

  get failures(): number {
    return this.#failures;
  }

  state(nowMs: number): 'closed' | 'open' | 'half-open' {
    if (this.#openUntilMs === undefined) return 'closed';
    return nowMs < this.#openUntilMs || this.#isTrying ? 'open' : 'half-open';
  }

  /** Milliseconds until the next try; 0 when closed. */
  waitMs(nowMs: number): number {
    return Math.max(0, (this.#openUntilMs ?? nowMs) - nowMs);
  }

  /** An operation was let through. */
  entered(): void {
    this.#isTrying = this.#openUntilMs !== undefined;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#timesOpened = 0;
    this.#openUntilMs = undefined;
    this.#isTrying = false;
  }

  failed(nowMs: number): void {
    this.#failures += 1;
    const { failuresToOpen, circuitOpenMs, circuitOpenMaxMs } = this.#limits;
    if (!this.#isTrying && this.#failures < failuresToOpen) return;
    this.#isTrying = false;
    const openMs = Math.min(circuitOpenMs * 2 ** this.#timesOpened, circuitOpenMaxMs);
    this.#openUntilMs = nowMs + openMs;
    this.#timesOpened += 1;
  }

  /** The operation let through ended without telling anything about the PACS. */
  undecided(): void {
    this.#isTrying = false;
  }
}
