import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';

/** What every service of ours is given. */
export interface ServiceTools {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** A service that runs. */
export interface RunningService {
  /** Where it listens. */
  readonly url: string;
  close(): Promise<void>;
}
