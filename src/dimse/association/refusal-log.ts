import { addressGroup } from '../../lib/address/address-group.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log, LogFields } from '../../lib/log.ts';

/** Who was not let in and why. */
export interface RefusedCaller {
  readonly remoteAddress: string;
  /** As it came; undefined if the caller did not get as far. */
  readonly callingAeTitle?: string | undefined;
  readonly reason: string;
  /** The setting that would let it in. */
  readonly setting?: string | undefined;
}

const event = 'dimse.association.refused';

/**
 * Logs refusals: the first of an address for a reason at once, those of the minute after it as one
 * line with their number, so that whoever knocks cannot fill the log.
 */
export class RefusalLog {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #limits: { readonly refusalPeriodMs: number; readonly refusalsHeldMax: number };
  readonly #held = new Map<string, number>();

  constructor(options: {
    readonly log: Log;
    readonly clock: Clock;
    readonly limits: { readonly refusalPeriodMs: number; readonly refusalsHeldMax: number };
  }) {
    this.#log = options.log;
    this.#clock = options.clock;
    this.#limits = options.limits;
  }

  add({ callingAeTitle, ...caller }: RefusedCaller): void {
    const key = `${addressGroup(caller.remoteAddress)} ${caller.reason}`;
    const count = this.#held.get(key);
    if (count !== undefined) {
      this.#held.set(key, count + 1);
      return;
    }
    // More addresses than are held: told as one.
    if (this.#held.size >= this.#limits.refusalsHeldMax) return this.#addToOthers();
    const name = callingAeTitle === undefined ? {} : { callingAeTitle: printable(callingAeTitle) };
    const fields = { ...caller, ...name };
    this.#log.warn(event, fields);
    this.#hold(key, fields);
  }

  #addToOthers(): void {
    const key = 'others';
    if (!this.#held.has(key)) this.#hold(key, { remoteAddress: 'others' });
    this.#held.set(key, (this.#held.get(key) ?? 0) + 1);
  }

  #hold(key: string, fields: LogFields): void {
    this.#held.set(key, 0);
    this.#clock.schedule(this.#limits.refusalPeriodMs, () => {
      const more = this.#held.get(key) ?? 0;
      this.#held.delete(key);
      if (more > 0) this.#log.warn(event, { ...fields, more });
    });
  }
}

/** What an AE title may be made of; it came from whoever called. @standard PS3.5 §6.2 (AE) */
function printable(aeTitle: string): string {
  return aeTitle.slice(0, 16).replaceAll(/[^\x20-\x7e]/g, '?');
}
