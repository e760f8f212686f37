import { assert } from '../../lib/assert.ts';
import type { Clock } from '../../lib/clock.ts';
import { pacsErrors } from '../errors.ts';
import { type PacsLimits, pacsLimits } from '../limits.ts';
import { Circuit } from './circuit.ts';
import type { Guard, GuardedWork, GuardStatus, Permit } from './guard.ts';

interface Waiter {
  readonly work: GuardedWork;
  readonly resolve: (permit: Permit) => void;
  readonly reject: (reason: unknown) => void;
}

/** Make the guard of one PACS. */
export function createGuard(options: {
  readonly clock: Clock;
  readonly limits?: Partial<PacsLimits>;
}): Guard {
  return new CapGuard(options.clock, { ...pacsLimits, ...options.limits });
}

class CapGuard implements Guard {
  readonly #clock: Clock;
  readonly #limits: PacsLimits;
  readonly #circuit: Circuit;
  #open = 0;
  #isPaused = false;
  #waiters: Waiter[] = [];
  #latencyMs: number | undefined;

  constructor(clock: Clock, limits: PacsLimits) {
    this.#clock = clock;
    this.#limits = limits;
    this.#circuit = new Circuit(limits);
  }

  async admit(work: GuardedWork): Promise<Permit> {
    work.signal?.throwIfAborted();
    this.#refuseIfOpen();
    if (this.#waiters.length >= this.#limits.waitingMax) throw pacsErrors.create('PACS_BUSY');
    const { promise, resolve, reject } = Promise.withResolvers<Permit>();
    const waiter: Waiter = { work, resolve, reject };
    const onAbort = (): void => {
      this.#waiters = this.#waiters.filter((other) => other !== waiter);
      reject(work.signal?.reason);
    };
    work.signal?.addEventListener('abort', onAbort, { once: true });
    this.#enqueue(waiter);
    this.#dispatch();
    try {
      return await promise;
    } finally {
      work.signal?.removeEventListener('abort', onAbort);
    }
  }

  observe(latencyMs: number): void {
    this.#latencyMs = latencyMs;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#dispatch();
  }

  status(): GuardStatus {
    return {
      associationsOpen: this.#open,
      associationsMax: this.#limits.associationsMax,
      waiting: this.#waiters.length,
      isPaused: this.#isPaused,
      circuit: this.#circuit.state(this.#clock.monotonicMs()),
      failures: this.#circuit.failures,
      latencyMs: this.#latencyMs,
    };
  }

  /** Interactive work before bulk work, each in order of arrival. */
  #enqueue(waiter: Waiter): void {
    const firstBulk = this.#waiters.findIndex((other) => other.work.priority === 'bulk');
    const isLast = waiter.work.priority === 'bulk' || firstBulk < 0;
    this.#waiters.splice(isLast ? this.#waiters.length : firstBulk, 0, waiter);
  }

  #dispatch(): void {
    for (let next = this.#waiters[0]; next !== undefined; next = this.#waiters[0]) {
      if (this.#isPaused || !this.#hasRoom(next.work)) return;
      this.#waiters.shift();
      this.#circuit.entered();
      this.#open += next.work.associations;
      next.resolve(this.#permit(next.work));
    }
  }

  /**
   * Work that needs more associations than the cap, which is a C-MOVE under a cap of 1, runs alone:
   * it cannot be done with fewer.
   */
  #hasRoom({ associations }: GuardedWork): boolean {
    return this.#open === 0 || this.#open + associations <= this.#limits.associationsMax;
  }

  #permit({ associations }: GuardedWork): Permit {
    let isReleased = false;
    let isReported = false;
    return {
      report: (outcome) => {
        assert(!isReleased, 'a report comes before the release');
        isReported = true;
        if (outcome === 'succeeded') this.#circuit.succeeded();
        else this.#onFailure();
      },
      release: () => {
        assert(!isReleased, 'a permit is released once');
        isReleased = true;
        this.#open -= associations;
        if (!isReported) this.#circuit.undecided();
        this.#dispatch();
      },
    };
  }

  /** When the circuit opens, who waits is told now rather than one time-out later. */
  #onFailure(): void {
    this.#circuit.failed(this.#clock.monotonicMs());
    if (this.#circuit.state(this.#clock.monotonicMs()) !== 'open') return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { reject } of waiters) reject(this.#circuitError());
  }

  #refuseIfOpen(): void {
    const state = this.#circuit.state(this.#clock.monotonicMs());
    if (state === 'open') throw this.#circuitError();
  }

  #circuitError(): Error {
    const retryAfterMs = Math.ceil(this.#circuit.waitMs(this.#clock.monotonicMs()));
    return pacsErrors.create('PACS_CIRCUIT_OPEN', { context: { retryAfterMs } });
  }
}
