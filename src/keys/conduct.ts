import type { Clock } from '../lib/clock.ts';

/** The last time that a server did something, and how often it did since this process started. */
export interface Noted {
  readonly count: number;
  /** UTC. */
  readonly lastMs: number;
}

/** What a server did that it should not. */
export interface Misconduct {
  /** It gave what is wrong beyond doubt. */
  readonly blamed: Noted | undefined;
  /** It said no to a deposit or an entry of the feed; `code` is the last one. */
  readonly refused: (Noted & { readonly code: string }) | undefined;
}

/** What this process saw of each key server that its operator should know; forgotten when it ends. */
export class Conduct {
  readonly #clock: Clock;
  readonly #servers = new Map<string, Misconduct>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  blame(server: string): void {
    const known = this.of(server);
    this.#servers.set(server, { ...known, blamed: this.#again(known.blamed) });
  }

  refused(server: string, code: string): void {
    const known = this.of(server);
    this.#servers.set(server, { ...known, refused: { ...this.#again(known.refused), code } });
  }

  of(server: string): Misconduct {
    return this.#servers.get(server) ?? { blamed: undefined, refused: undefined };
  }

  #again(known: Noted | undefined): Noted {
    return { count: (known?.count ?? 0) + 1, lastMs: this.#clock.nowMs() };
  }
}
