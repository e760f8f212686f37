import type { CatalogStages } from '../../catalog/catalog.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import type { Log } from '../../lib/log.ts';

const intervalMs = 20_000;

/**
 * Small regular work: stage requests whose lifetime is over give their pins back, and the key servers
 * hear what they could not be told before.
 */
export function startHousekeeping(ports: {
  readonly stages: CatalogStages;
  /** Never rejects. */
  readonly tellKeyServers: () => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}): { stop(): void } {
  const { stages, tellKeyServers, clock, log } = ports;
  let timer: Timer | undefined;
  const round = async (): Promise<void> => {
    await tellKeyServers();
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
