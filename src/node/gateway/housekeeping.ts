import type { CatalogStages } from '../../catalog/catalog.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import type { Log } from '../../lib/log.ts';

const intervalMs = 60_000;

/** Small regular work: stage requests whose lifetime is over give their pins back. */
export function startHousekeeping(ports: {
  readonly stages: CatalogStages;
  readonly clock: Clock;
  readonly log: Log;
}): { stop(): void } {
  const { stages, clock, log } = ports;
  let timer: Timer | undefined;
  const round = async (): Promise<void> => {
    try {
      const removed = await stages.removeExpired(clock.nowMs());
      if (removed > 0) log.info('stages.expired', { removed });
    } catch (error) {
      log.warn('housekeeping.failed', { code: codeOf(error) });
    }
    timer = clock.schedule(intervalMs, () => void round());
  };
  timer = clock.schedule(intervalMs, () => void round());
  return { stop: () => timer?.cancel() };
}
