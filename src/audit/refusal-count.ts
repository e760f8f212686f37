import type { Clock, Timer } from '../lib/clock.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import type { Log } from '../lib/log.ts';
import { type AuditLimits, auditLimits } from './limits.ts';

/** Somebody was refused something, or asked for what is not there for them. */
export interface Refusal {
  /** Principal subject; undefined of who did not prove who they are. */
  readonly caller: string | undefined;
  readonly address: string;
  /** Documented code of the refusal. */
  readonly code: string;
}

/** Refusals that are recorded as one. */
export interface CountedRefusal {
  /** Undefined where those of several callers, addresses and codes were counted together. */
  readonly refusal: Refusal | undefined;
  readonly count: number;
}

/** Counts refusals and has them recorded. */
export interface RefusalCount {
  /** Never waits and never throws: no answer is delayed by its record. */
  note(refusal: Refusal): void;
  /** Have what was counted recorded, and end. */
  close(): Promise<void>;
}

interface Counted {
  readonly refusal: Refusal;
  more: number;
}

/**
 * Make it. Of each caller, address and code the first refusal is recorded at once and the others of
 * that minute as one number when it is over; beyond a bound of the table as one number together. A
 * record that cannot be written is logged and lost: what was refused disclosed nothing.
 */
export function createRefusalCount(ports: {
  readonly record: (counted: CountedRefusal) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: AuditLimits;
}): RefusalCount {
  return new Counter(ports);
}

class Counter implements RefusalCount {
  readonly #ports: Parameters<typeof createRefusalCount>[0];
  readonly #limits: AuditLimits;
  readonly #counted = new Map<string, Counted>();
  readonly #writing = new Set<Promise<void>>();
  #beyond = 0;
  #minute: Timer | undefined;
  #closed = false;

  constructor(ports: Parameters<typeof createRefusalCount>[0]) {
    this.#ports = ports;
    this.#limits = ports.limits ?? auditLimits;
  }

  note(refusal: Refusal): void {
    if (this.#closed) return;
    const { caller, address, code } = refusal;
    const key = JSON.stringify([caller, address, code]);
    const known = this.#counted.get(key);
    if (known !== undefined) known.more += 1;
    else if (this.#counted.size >= this.#limits.refusalKindsMax) this.#beyond += 1;
    else {
      this.#counted.set(key, { refusal, more: 0 });
      this.#write({ refusal, count: 1 });
    }
    this.#minute ??= this.#ports.clock.schedule(this.#limits.refusalWindowMs, () => this.#flush());
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#minute?.cancel();
    this.#flush();
    await Promise.all(this.#writing);
  }

  #flush(): void {
    this.#minute = undefined;
    for (const { refusal, more } of this.#counted.values())
      if (more > 0) this.#write({ refusal, count: more });
    if (this.#beyond > 0) this.#write({ refusal: undefined, count: this.#beyond });
    this.#counted.clear();
    this.#beyond = 0;
  }

  #write(counted: CountedRefusal): void {
    const { record, log } = this.#ports;
    const written = record(counted)
      .catch((error: unknown) =>
        log.warn('audit.refusal_lost', { count: counted.count, code: codeOf(error) }),
      )
      .finally(() => this.#writing.delete(written));
    this.#writing.add(written);
  }
}
