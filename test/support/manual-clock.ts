import type { Clock } from '../../src/lib/clock.ts';

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /** Let `durationMs` pass: what falls due runs, in the order of its times. */
  advance(durationMs: number): void;
  /** Calls that are scheduled and not yet due. */
  pending(): number;
}

/** Make a clock that reads `startMs` (UTC; 2024-06-13 by default), its monotonic scale from 0. */
export function manualClock(startMs: number = Date.UTC(2024, 5, 13)): ManualClock {
  const scheduled = new Set<{ readonly dueMs: number; readonly callback: () => void }>();
  let passedMs = 0;
  return {
    nowMs: () => startMs + passedMs,
    monotonicMs: () => passedMs,
    schedule(delayMs, callback) {
      const entry = { dueMs: passedMs + delayMs, callback };
      scheduled.add(entry);
      return { cancel: () => scheduled.delete(entry) };
    },
    advance(durationMs) {
      const endMs = passedMs + durationMs;
      for (;;) {
        const due = [...scheduled]
          .filter(({ dueMs }) => dueMs <= endMs)
          .toSorted((a, b) => a.dueMs - b.dueMs)[0];
        if (due === undefined) break;
        scheduled.delete(due);
        passedMs = Math.max(passedMs, due.dueMs);
        due.callback();
      }
      passedMs = endMs;
    },
    pending: () => scheduled.size,
  };
}

/** The outcome of `promise`, while time passes whenever something waits for it. */
export async function withTimePassing<T>(clock: ManualClock, promise: Promise<T>): Promise<T> {
  const outcome = { isSettled: false };
  const settled = promise.finally(() => {
    outcome.isSettled = true;
  });
  settled.catch(() => undefined);
  for (let turn = 0; !outcome.isSettled && turn < 10_000; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (clock.pending() > 0) clock.advance(1000);
  }
  return settled;
}
