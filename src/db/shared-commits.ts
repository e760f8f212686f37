import type { Clock } from '../lib/clock.ts';
import type { DbLimits } from './limits.ts';
import { dbErrorOf } from './sqlite-error.ts';
import type { StatementResult } from './statements.ts';
import type { TurnQueue } from './turn-queue.ts';
import type { Writer } from './writer.ts';

interface Failure {
  readonly error: unknown;
}

/** Transactions that reach the disk together. */
interface Group {
  /** Those that are in it; the first has no savepoint, for nothing is before it. */
  members: number;
  readonly sinceMs: number;
  /** Resolves when they are on the disk, or with what took them all back. */
  readonly outcome: PromiseWithResolvers<Failure | undefined>;
}

/**
 * The turns at the writer of a database, and what they commit together.
 *
 * A disk takes as long for one transaction as for many. So a transaction behind which others wait
 * leaves the commit to them: each of them is a savepoint, and the last commits for all. Nobody is
 * answered before that, so what is acknowledged is on the disk; whoever has nobody behind it commits
 * at once. One that fails takes back its own savepoint; a commit that fails fails them all.
 */
export class SharedCommits {
  readonly #writer: Writer;
  readonly #turns: TurnQueue;
  readonly #clock: Clock;
  readonly #limits: DbLimits;
  #group: Group | undefined;
  /** Of the last statement that failed: why the engine gave a whole group up, if it did. */
  #lastFailure: Failure | undefined;

  constructor(ports: {
    readonly writer: Writer;
    readonly turns: TurnQueue;
    readonly clock: Clock;
    readonly limits: DbLimits;
  }) {
    this.#writer = ports.writer;
    this.#turns = ports.turns;
    this.#clock = ports.clock;
    this.#limits = ports.limits;
  }

  /** Do `work` in a turn; what it wrote is on the disk when the promise resolves. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const { value, group } = await this.#turns.run(async () => {
      try {
        return { value: await work(), group: this.#group };
      } finally {
        if (!this.#leavesCommit()) await this.#commit();
      }
    });
    const failure = await group?.outcome.promise;
    if (failure !== undefined) throw failure.error;
    return value;
  }

  /** Do `work` in a turn of its own, outside of any transaction. */
  apart<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.run(async () => {
      await this.#commit();
      return work();
    });
  }

  /** One statement by itself. */
  single(sql: string, parameters: readonly unknown[]): Promise<StatementResult> {
    return this.run(async () => {
      if (this.#group === undefined && !this.#turns.isAwaited) return this.write(sql, parameters);
      await this.begin();
      try {
        const result = await this.write(sql, parameters);
        await this.end();
        return result;
      } catch (error) {
        await this.undo();
        throw error;
      }
    });
  }

  /** A statement of the turn. @throws DB_* */
  write(sql: string, parameters: readonly unknown[]): Promise<StatementResult> {
    return this.#writer.run(sql, parameters).catch((error: unknown) => {
      this.#lastFailure = { error: dbErrorOf(error) };
      throw this.#lastFailure.error;
    });
  }

  /** The transaction of a turn begins, with the write lock, so that none fails half-way for want of it. */
  async begin(): Promise<void> {
    if (this.#group !== undefined) {
      await this.write('SAVEPOINT member', []);
      this.#group.members += 1;
      return;
    }
    await this.write('BEGIN IMMEDIATE', []);
    const outcome = Promise.withResolvers<Failure | undefined>();
    this.#group = { members: 1, sinceMs: this.#clock.monotonicMs(), outcome };
  }

  /** It is done, and waits for its commit. */
  async end(): Promise<void> {
    if ((this.#group?.members ?? 0) > 1) await this.write('RELEASE member', []);
  }

  /** It leaves no trace. */
  async undo(): Promise<void> {
    const group = this.#group;
    if (group === undefined) return;
    group.members -= 1;
    if (group.members === 0) return this.#giveUp(undefined);
    const cause = this.#lastFailure;
    try {
      await this.write('ROLLBACK TO member', []);
      await this.write('RELEASE member', []);
    } catch (error) {
      // After some failures, as of a full disk, the engine has taken back all of it.
      await this.#giveUp(cause ?? { error });
    }
  }

  /** Whether the next in the queue goes on with this transaction. */
  #leavesCommit(): boolean {
    const group = this.#group;
    if (group === undefined || !this.#turns.isAwaited) return false;
    const { commitMembersMax, commitMs } = this.#limits;
    return group.members < commitMembersMax && this.#clock.monotonicMs() < group.sinceMs + commitMs;
  }

  /** Never rejects: those whose commit it is are told. */
  async #commit(): Promise<void> {
    const group = this.#group;
    if (group === undefined) return;
    try {
      await this.write('COMMIT', []);
      this.#group = undefined;
      group.outcome.resolve(undefined);
    } catch (error) {
      await this.#giveUp({ error });
    }
  }

  /** The transaction as a whole is taken back; a failed commit may have ended it already. */
  async #giveUp(failure: Failure | undefined): Promise<void> {
    const group = this.#group;
    this.#group = undefined;
    await this.#writer.rollback().catch(() => undefined);
    group?.outcome.resolve(failure);
  }
}
