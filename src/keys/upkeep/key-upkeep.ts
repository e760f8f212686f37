import type { Clock, Timer } from '../../lib/clock.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import { keysLimits } from '../limits.ts';
import {
  noProgress,
  type RecoveryPorts,
  type RecoveryProgress,
  recoverShares,
} from './recover-shares.ts';

/** Work on the shares of all keys: under way, or over. */
export interface UpkeepJob {
  readonly kind: 'recovery';
  readonly startedMs: number;
  /** Undefined while it is under way. */
  endedMs: number | undefined;
  /** Why it ended before its time. */
  code: string | undefined;
  readonly progress: RecoveryProgress;
}

/** Looks after the shares of all keys: one job at a time, by itself and when told to. */
export class KeyUpkeep {
  readonly #ports: RecoveryPorts & { readonly clock: Clock };
  readonly #gone = new AbortController();
  #job: UpkeepJob | undefined;
  #running: Promise<void> | undefined;
  #timer: Timer | undefined;

  constructor(ports: RecoveryPorts & { readonly clock: Clock }) {
    this.#ports = ports;
  }

  /** The job under way, or the last one. */
  get job(): UpkeepJob | undefined {
    return this.#job;
  }

  /** Find what servers lack and have it made again; joins what is under way. */
  recover(): UpkeepJob {
    if (this.#running !== undefined && this.#job !== undefined) return this.#job;
    const startedMs = this.#ports.clock.nowMs();
    const progress = noProgress();
    const job: UpkeepJob = {
      kind: 'recovery',
      startedMs,
      endedMs: undefined,
      code: undefined,
      progress,
    };
    this.#job = job;
    this.#running = this.#run(job).finally(() => {
      this.#running = undefined;
    });
    return job;
  }

  /** Recover from now on, and then regularly. */
  start(): void {
    const round = (): void => {
      this.recover();
      this.#timer = this.#ports.clock.schedule(keysLimits.upkeepIntervalMs, round);
    };
    this.#timer = this.#ports.clock.schedule(keysLimits.upkeepFirstMs, round);
  }

  async close(): Promise<void> {
    this.#timer?.cancel();
    this.#gone.abort();
    await this.#running;
  }

  async #run(job: UpkeepJob): Promise<void> {
    const { signal } = this.#gone;
    const { clock, log } = this.#ports;
    try {
      await recoverShares(this.#ports, job.progress, signal);
      const { keys, recovered, lost } = job.progress;
      if (recovered > 0 || lost > 0) log.info('keys.recovered', { keys, recovered, lost });
    } catch (error) {
      job.code = codeOf(error) ?? 'KEYS_ANSWER_INVALID';
      if (!signal.aborted) log.warn('keys.upkeep_failed', { code: job.code });
    }
    job.endedMs = clock.nowMs();
  }
}
