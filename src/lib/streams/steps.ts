import { setImmediate } from 'node:timers/promises';
import { type Clock, systemClock } from '../clock.ts';

/**
 * Long work in steps: it yields wherever others may have their turn, after a millisecond of work at
 * most. Whoever runs it decides whether they have it.
 */
export type Steps<T> = Generator<void, T, void>;

/** Work is interrupted after so long: a fraction of what anybody waits for. */
const turnMs = 8;

/** Most steps are much shorter than a look at the clock is worth. */
const stepsBetweenLooks = 8;

/** Run to the end without a pause: for what is known to be small. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** Run to the end; others have their turn every few milliseconds. */
export async function inTurns<T>(steps: Steps<T>, clock: Clock = systemClock): Promise<T> {
  const turn = new Turn(clock);
  for (let count = 1; ; count += 1) {
    const { done, value } = steps.next();
    if (done === true) return value;
    if (count % stepsBetweenLooks === 0 && turn.isOver) await turn.pass();
  }
}

/** Tells work that waits for nothing when others should have their turn. */
export class Turn {
  readonly #clock: Clock;
  #startMs: number;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
    this.#startMs = clock.monotonicMs();
  }

  /** Whether it has taken so long that others wait. */
  get isOver(): boolean {
    return this.#clock.monotonicMs() - this.#startMs >= turnMs;
  }

  /** Let others have theirs. */
  async pass(): Promise<void> {
    await setImmediate();
    this.#startMs = this.#clock.monotonicMs();
  }
}
