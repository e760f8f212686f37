import {
  type Association,
  type ContextProposal,
  type DimseLimits,
  openAssociation,
  type TlsClientOptions,
} from '../../../dimse/index.ts';
import type { Clock, Timer } from '../../../lib/clock.ts';
import type { Guard, Permit, Priority } from '../../guard/index.ts';
import { associateError, isFailureOfPacs, type Phase, pacsError } from './translate.ts';

/** The PACS as an application entity. */
export interface Peer {
  readonly host: string;
  readonly port: number;
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
  readonly tls?: TlsClientOptions | undefined;
}

/** What an association is needed for. */
export interface AssociationNeed {
  readonly contexts: readonly ContextProposal[];
  /** Associations counted by the guard: 2 where the PACS opens one towards us. */
  readonly weight: 1 | 2;
  readonly phase: Phase;
  /** False: proposes what nothing else needs, so it is neither taken from what is kept nor kept. */
  readonly isKept?: boolean;
  readonly priority: Priority;
  readonly limits?: Partial<DimseLimits>;
  readonly signal?: AbortSignal | undefined;
}

interface Kept {
  readonly association: Association;
  readonly permit: Permit;
  readonly proposed: ReadonlySet<string>;
  readonly weight: 1 | 2;
}

/**
 * Opens associations under the guard, and keeps the last one for a moment: the next unit of the
 * same series needs no new one. A kept association holds its permit, so it is released as soon as
 * something else is wanted.
 */
export class AssociationKeeper {
  readonly #peer: Peer;
  readonly #guard: Guard;
  readonly #clock: Clock;
  readonly #lingerMs: number;
  #idle: { readonly kept: Kept; readonly timer: Timer } | undefined;

  constructor(options: {
    readonly peer: Peer;
    readonly guard: Guard;
    readonly clock: Clock;
    readonly lingerMs: number;
  }) {
    this.#peer = options.peer;
    this.#guard = options.guard;
    this.#clock = options.clock;
    this.#lingerMs = options.lingerMs;
  }

  /**
   * Run `work` on an association that proposed the contexts needed.
   *
   * @throws MdmError of `pacsErrors`; what `work` throws, translated
   */
  async with<T>(need: AssociationNeed, work: (association: Association) => Promise<T>): Promise<T> {
    const kept = (await this.#takeIdle(need)) ?? (await this.#open(need));
    try {
      const result = await work(kept.association);
      kept.permit.report('succeeded');
      if (need.isKept === false) await letGo(kept);
      else this.#keep(kept);
      return result;
    } catch (error) {
      const translated = pacsError(error, need.phase);
      if (isFailureOfPacs(translated)) {
        kept.permit.report('failed');
        kept.association.abort(translated);
      }
      await letGo(kept);
      throw translated;
    }
  }

  /** Release the association that is kept, if any. */
  async close(): Promise<void> {
    const idle = this.#idle;
    this.#idle = undefined;
    if (idle === undefined) return;
    idle.timer.cancel();
    await letGo(idle.kept);
  }

  async #takeIdle(need: AssociationNeed): Promise<Kept | undefined> {
    const idle = this.#idle;
    const fits =
      idle !== undefined &&
      need.isKept !== false &&
      idle.kept.weight === need.weight &&
      need.contexts.every(({ abstractSyntax }) => idle.kept.proposed.has(abstractSyntax));
    if (!fits) {
      await this.close();
      return undefined;
    }
    this.#idle = undefined;
    idle.timer.cancel();
    return idle.kept;
  }

  async #open(need: AssociationNeed): Promise<Kept> {
    const { contexts, weight, priority, signal } = need;
    const permit = await this.#guard.admit({ associations: weight, priority, signal });
    try {
      const outcome = await openAssociation({
        ...this.#peer,
        contexts,
        clock: this.#clock,
        limits: need.limits,
        signal,
      });
      if (outcome.kind !== 'accepted') throw associateError(outcome);
      const proposed = new Set(contexts.map(({ abstractSyntax }) => abstractSyntax));
      return { association: outcome.association, permit, proposed, weight };
    } catch (error) {
      const translated = pacsError(error, need.phase);
      if (isFailureOfPacs(translated)) permit.report('failed');
      permit.release();
      throw translated;
    }
  }

  #keep(kept: Kept): void {
    // Who waits for the permit goes first, else a crawl would keep a reader out until it ends.
    const isWanted = this.#guard.status().waiting > 0;
    if (isWanted || this.#idle !== undefined || this.#lingerMs === 0) {
      void letGo(kept);
      return;
    }
    const idle = { kept, timer: this.#clock.schedule(this.#lingerMs, () => void this.close()) };
    this.#idle = idle;
    // The PACS may end it first: then the permit must not wait for the timer.
    void kept.association.ended.then(() => (this.#idle === idle ? this.close() : undefined));
  }
}

async function letGo({ association, permit }: Kept): Promise<void> {
  await association.release();
  permit.release();
}
