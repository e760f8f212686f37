import type { Clock, Timer } from '../lib/clock.ts';

/**
 * Do something from time to time until it is stopped, never twice at once. What it fails with ends
 * the repetition and is thrown by `stop`, which also waits for what is under way.
 */
export function repeat(
  clock: Clock,
  everyMs: number,
  act: () => Promise<void>,
): { stop(): Promise<void> } {
  let timer: Timer | undefined;
  let running: Promise<void> = Promise.resolve();
  let failure: { readonly error: unknown } | undefined;
  const schedule = (): void => {
    timer = clock.schedule(everyMs, () => {
      running = act().then(schedule, (error: unknown) => {
        failure = { error };
      });
    });
  };
  schedule();
  return {
    async stop() {
      timer?.cancel();
      await running;
      timer?.cancel();
      if (failure !== undefined) throw failure.error;
    },
  };
}
