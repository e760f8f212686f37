import { assert } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import { dbErrors } from './errors.ts';
import type { DbLimits } from './limits.ts';

/**
 * First come, first served use of one connection, with a bounded wait.
 *
 * A transaction that awaits a query made outside it would wait for itself: the bound turns that bug
 * into DB_BUSY.
 */
export class TurnQueue {
  readonly #clock: Clock;
  readonly #limits: DbLimits;
  readonly #waiting = new Set<() => void>();
  #taken = false;

  constructor(clock: Clock, limits: DbLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Whether somebody waits for the turn that is taken. */
  get isAwaited(): boolean {
    return this.#waiting.size > 0;
  }

  /** Wait for a turn. @throws DB_BUSY when it does not come in time or too many wait */
  async take(): Promise<void> {
    if (!this.#taken) {
      this.#taken = true;
      return;
    }
    if (this.#waiting.size >= this.#limits.connectionWaitersMax)
      throw dbErrors.create('DB_BUSY', { message: 'too many callers wait for the connection' });
    await this.#wait();
  }

  /** End a turn; the next in the queue goes on. */
  give(): void {
    assert(this.#taken, 'a turn is given back once');
    const [next] = this.#waiting;
    if (next === undefined) this.#taken = false;
    else {
      this.#waiting.delete(next);
      next();
    }
  }

  /** Do `work` in a turn. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.take();
    try {
      return await work();
    } finally {
      this.give();
    }
  }

  #wait(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = this.#clock.schedule(this.#limits.connectionWaitMs, () => {
      this.#waiting.delete(proceed);
      reject(dbErrors.create('DB_BUSY', { message: 'a transaction was held for too long' }));
    });
    const proceed = (): void => {
      timer.cancel();
      resolve();
    };
    this.#waiting.add(proceed);
    return promise;
  }
}
