import { setImmediate } from 'node:timers/promises';
import { type Clock, systemClock } from '../clock.ts';

/**
 * Long work in steps: it yields wherever others may have their turn, after a millisecond of work at
 * most. Whoever runs it decides whether they have it.
 */
export type Steps<T> = Generator<void, T, void>;

/** Work is interrupted after so long: a fraction of what anybody waits for. */
const turnMs = 8;

/** Run to the end without a pause: for what is known to be small. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** Run to the end; others have their turn every few milliseconds. */
export async function inTurns<T>(steps: Steps<T>, clock: Clock = systemClock): Promise<T> {
  let startMs = clock.monotonicMs();
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    if (clock.monotonicMs() - startMs < turnMs) continue;
    await setImmediate();
    startMs = clock.monotonicMs();
  }
}
