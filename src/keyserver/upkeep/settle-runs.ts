import type { Database } from '../../db/index.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import type { Log } from '../../lib/log.ts';
import type { FeedChain } from '../feed-chain.ts';
import { keyserverLimits } from '../limits.ts';
import { Runs } from '../store/runs.ts';
import type { KeyServerSchema } from '../store/schema.ts';

/** What it works with. */
export interface SettlePorts {
  readonly db: Database<KeyServerSchema>;
  readonly runs: Runs;
  readonly feed: Pick<FeedChain, 'state'>;
  /** Of this server. */
  readonly leaseMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Settles runs when the feed says something new, and when it is time to. */
export class RunSettler {
  readonly #ports: SettlePorts;
  #timer: Timer | undefined;
  #working: Promise<void> | undefined;
  #closed = false;

  constructor(ports: SettlePorts) {
    this.#ports = ports;
  }

  /** Do what is due; what is not is done when it is. Never rejects. */
  wake(): void {
    this.#timer?.cancel();
    const before = this.#working ?? Promise.resolve();
    this.#working = before.then(() => this.#settle());
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    await this.#working;
  }

  async #settle(): Promise<void> {
    if (this.#closed) return;
    const { clock, log } = this.#ports;
    try {
      const nowMs = clock.nowMs();
      const nextMs = await settleRuns(this.#ports, nowMs);
      if (nextMs === undefined || this.#closed) return;
      this.#timer?.cancel();
      this.#timer = clock.schedule(nextMs - nowMs, () => this.wake());
    } catch (error) {
      // The next entry of the feed, or the next start, tries again.
      log.error('keyserver.runs_not_settled', { code: codeOf(error) });
    }
  }
}

/**
 * Erase what the feed decided to be of no use: new shares of a run that was abandoned, and old ones of
 * one that was committed, once every server that may not have heard of it is without a lease. A function
 * of the feed and of the time, and so done again at each start.
 * @returns when there is more to do, UTC ms; undefined where there is not
 */
async function settleRuns(
  { db, runs, feed, leaseMs }: SettlePorts,
  nowMs: number,
): Promise<number | undefined> {
  const { state } = feed;
  const graceMs = leaseMs + 2 * keyserverLimits.clockSkewMs;
  let nextMs: number | undefined;
  let settled = 0;
  for (const [name, run] of runs.entries()) {
    const decision = state.epochs.decisionOf(name);
    if (decision === undefined || (decision.isCommitted && run.state !== 'proven')) continue;
    const dueMs = decision.isCommitted ? decision.timeMs + graceMs : nowMs;
    if (dueMs > nowMs) {
      nextMs = Math.min(nextMs ?? dueMs, dueMs);
      continue;
    }
    await (decision.isCommitted ? eraseOld(db, name) : eraseNew(db, name));
    runs.noted(name, undefined);
    settled += 1;
  }
  if (settled > 0) await db.checkpoint();
  return nextMs;
}

/** Of the keys of a run all shares of older epochs. */
async function eraseOld(db: Database<KeyServerSchema>, run: string): Promise<void> {
  await db.transaction(async (tx) => {
    const rows = await tx
      .selectFrom('share')
      .select(['key_id', 'epoch'])
      .where('run', '=', run)
      .execute();
    for (const [epoch, of] of Map.groupBy(rows, (row) => row.epoch)) {
      const keyIds = of.map((row) => row.key_id);
      await tx
        .deleteFrom('share')
        .where('epoch', '<', epoch)
        .where('key_id', 'in', keyIds)
        .execute();
    }
    await Runs.remove(tx, run);
  });
}

async function eraseNew(db: Database<KeyServerSchema>, run: string): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.deleteFrom('share').where('run', '=', run).execute();
    await Runs.remove(tx, run);
  });
}
