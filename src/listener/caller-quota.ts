import type { ListenerLimits } from './limits.ts';

/** How many connections each known caller has, and all of them. */
export class CallerQuota {
  readonly #limits: Pick<ListenerLimits, 'connectionsPerCallerMax' | 'callerConnectionsMax'>;
  readonly #counts = new Map<string, number>();
  #total = 0;

  constructor(limits: Pick<ListenerLimits, 'connectionsPerCallerMax' | 'callerConnectionsMax'>) {
    this.#limits = limits;
  }

  /** Count one more connection of a caller; false when he has too many, or all together have. */
  take(subject: string): boolean {
    const count = this.#counts.get(subject) ?? 0;
    const { connectionsPerCallerMax, callerConnectionsMax } = this.#limits;
    if (count >= connectionsPerCallerMax || this.#total >= callerConnectionsMax) return false;
    this.#counts.set(subject, count + 1);
    this.#total += 1;
    return true;
  }

  giveBack(subject: string): void {
    const count = (this.#counts.get(subject) ?? 0) - 1;
    if (count > 0) this.#counts.set(subject, count);
    else this.#counts.delete(subject);
    this.#total -= 1;
  }
}
