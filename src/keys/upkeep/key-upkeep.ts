import type { Clock, Timer } from '../../lib/clock.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import { keysLimits } from '../limits.ts';
import { noProgress, recoverShares, type UpkeepProgress } from './recover-shares.ts';
import { type RefreshPorts, refreshShares } from './refresh-shares.ts';

/** Work on the shares of all keys: under way, or over. */
export interface UpkeepJob {
  readonly kind: 'recovery' | 'refresh';
  readonly startedMs: number;
  /** Undefined while it is under way. */
  endedMs: number | undefined;
  /** Why it ended before its time. */
  code: string | undefined;
  readonly progress: UpkeepProgress;
}

type Ports = RefreshPorts & { readonly clock: Clock };

/** Looks after the shares of all keys: one job at a time, by itself and when told to. */
export class KeyUpkeep {
  readonly #ports: Ports;
  readonly #gone = new AbortController();
  #job: UpkeepJob | undefined;
  #running: Promise<void> | undefined;
  #timer: Timer | undefined;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** The job under way, or the last one. */
  get job(): UpkeepJob | undefined {
    return this.#job;
  }

  /** Find what servers lack and have it made again; joins what is under way. */
  recover(): UpkeepJob {
    return this.#begin('recovery', ({ progress }, signal) =>
      recoverShares(this.#ports, progress, signal),
    );
  }

  /** Have all shares made anew, or go on with it; joins what is under way. */
  refresh(reason: string): UpkeepJob {
    return this.#begin('refresh', ({ progress }, signal) =>
      refreshShares(this.#ports, progress, { reason, signal }),
    );
  }

  /** Look regularly from now on what is missing; a refresh that was begun goes on. */
  start(): void {
    const { clock, log } = this.#ports;
    const round = async (): Promise<void> => {
      try {
        const { epochs } = await this.#ports.feed.state();
        if (epochs.begun === undefined) this.recover();
        else this.refresh('begun before');
      } catch (error) {
        log.warn('keys.upkeep_failed', { code: codeOf(error) });
      }
      if (!this.#gone.signal.aborted) schedule(keysLimits.upkeepIntervalMs);
    };
    const schedule = (delayMs: number): void => {
      this.#timer = clock.schedule(delayMs, () => void round());
    };
    schedule(keysLimits.upkeepFirstMs);
  }

  async close(): Promise<void> {
    this.#gone.abort();
    this.#timer?.cancel();
    await this.#running;
  }

  #begin(
    kind: UpkeepJob['kind'],
    work: (job: UpkeepJob, signal: AbortSignal) => Promise<void>,
  ): UpkeepJob {
    if (this.#running !== undefined && this.#job !== undefined) return this.#job;
    const startedMs = this.#ports.clock.nowMs();
    const progress = noProgress();
    const job: UpkeepJob = { kind, startedMs, endedMs: undefined, code: undefined, progress };
    this.#job = job;
    this.#running = this.#run(job, work).finally(() => {
      this.#running = undefined;
    });
    return job;
  }

  async #run(
    job: UpkeepJob,
    work: (job: UpkeepJob, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const { signal } = this.#gone;
    const { clock, log } = this.#ports;
    try {
      await work(job, signal);
      const { keys, recovered, renewed, lost } = job.progress;
      if (recovered > 0 || renewed > 0 || lost > 0)
        log.info('keys.upkeep_done', { kind: job.kind, keys, recovered, renewed, lost });
    } catch (error) {
      job.code = codeOf(error) ?? 'KEYS_ANSWER_INVALID';
      if (!signal.aborted) log.warn('keys.upkeep_failed', { kind: job.kind, code: job.code });
    }
    job.endedMs = clock.nowMs();
  }
}
