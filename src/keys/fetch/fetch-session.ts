import type { Clock } from '../../lib/clock.ts';
import { codeOf, MdmError } from '../../lib/errors/mdm-error.ts';
import { type KeysErrorCode, keysErrors } from '../errors.ts';
import { keysLimits } from '../limits.ts';
import type { ShareItem, WantedShare } from '../wire/messages.ts';
import { type Candidate, largestAgreement, recoverKey } from './recover-key.ts';

/** A key that is wanted. */
export interface KeyRequest extends WantedShare {
  /** From the receipt: what the recovered key is checked against. */
  readonly recipientPublicKey: Uint8Array;
}

/** What a fetch gives. */
export interface FetchedKeys {
  /** Private keys by key id, verified. The caller wipes them. */
  readonly keys: ReadonlyMap<string, Uint8Array>;
  /** Why each other key could not be had. */
  readonly failures: ReadonlyMap<string, MdmError<KeysErrorCode>>;
  /** Servers that gave a wrong share. */
  readonly liars: readonly string[];
}

/** Asks a server for shares; rejects with a KEYS_* error. */
export type AskShares = (
  server: string,
  keys: readonly WantedShare[],
  signal: AbortSignal,
) => Promise<readonly ShareItem[]>;

type Event =
  | { readonly kind: 'answered'; readonly server: string; readonly items: readonly ShareItem[] }
  | { readonly kind: 'failed'; readonly server: string; readonly error: unknown }
  | { readonly kind: 'slow' };

/**
 * One fetch of many keys: asks `threshold` servers at once, and one more whenever those under way can
 * no longer suffice or take longer than a healthy server does.
 */
export class FetchSession {
  readonly #requests: ReadonlyMap<string, KeyRequest>;
  readonly #threshold: number;
  readonly #ask: AskShares;
  readonly #clock: Clock;
  readonly #waiting: string[];
  readonly #abort = new AbortController();
  readonly #underWay = new Map<string, Promise<Event>>();
  readonly #candidates = new Map<string, Candidate[]>();
  readonly #refused = new Set<string>();
  readonly #errors: unknown[] = [];
  readonly #keys = new Map<string, Uint8Array>();
  readonly #liars = new Set<string>();
  readonly #liedAbout = new Set<string>();

  constructor(options: {
    readonly requests: readonly KeyRequest[];
    /** Names, in the order in which to ask them. */
    readonly servers: readonly string[];
    readonly threshold: number;
    readonly ask: AskShares;
    readonly clock: Clock;
  }) {
    this.#requests = new Map(options.requests.map((request) => [request.keyId, request]));
    this.#waiting = [...options.servers];
    this.#threshold = options.threshold;
    this.#ask = options.ask;
    this.#clock = options.clock;
  }

  /** Run to the end. Rejects only when `signal` aborts; servers that lie or fail are results. */
  async run(signal: AbortSignal | undefined): Promise<FetchedKeys> {
    const abort = (): void => this.#abort.abort(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      signal?.throwIfAborted();
      for (let count = 0; count < this.#threshold; count++) this.#askNext();
      // Each round ends a request or starts a spare one, so there are at most twice the servers.
      while (this.#underWay.size > 0 && this.#missing().length > 0) {
        await this.#take(await this.#nextEvent());
        signal?.throwIfAborted();
      }
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#abort.abort();
    }
    return { keys: this.#keys, failures: this.#failures(), liars: [...this.#liars] };
  }

  #missing(): readonly KeyRequest[] {
    return [...this.#requests.values()].filter(({ keyId }) => !this.#keys.has(keyId));
  }

  #askNext(): void {
    const server = this.#waiting.shift();
    if (server === undefined) return;
    const event = this.#ask(server, this.#missing(), this.#abort.signal).then(
      (items): Event => ({ kind: 'answered', server, items }),
      (error: unknown): Event => ({ kind: 'failed', server, error }),
    );
    this.#underWay.set(server, event);
  }

  async #nextEvent(): Promise<Event> {
    if (this.#waiting.length === 0) return Promise.race(this.#underWay.values());
    const slow = Promise.withResolvers<Event>();
    const timer = this.#clock.schedule(keysLimits.hedgeDelayMs, () =>
      slow.resolve({ kind: 'slow' }),
    );
    const event = await Promise.race([...this.#underWay.values(), slow.promise]);
    timer.cancel();
    return event;
  }

  async #take(event: Event): Promise<void> {
    if (event.kind === 'slow') return this.#askNext();
    this.#underWay.delete(event.server);
    if (event.kind === 'failed') this.#errors.push(event.error);
    else await this.#takeItems(event.server, event.items);
    const short = (): boolean =>
      this.#missing().some(({ keyId }) => this.#prospect(keyId) < this.#neededFor(keyId));
    while (this.#waiting.length > 0 && short()) this.#askNext();
  }

  /** How many records that agree this key may still reach. */
  #prospect(keyId: string): number {
    return largestAgreement(this.#candidates.get(keyId) ?? []) + this.#underWay.size;
  }

  /** The threshold of the key itself may be higher than the configured one. */
  #neededFor(keyId: string): number {
    const candidates = this.#candidates.get(keyId) ?? [];
    return Math.max(this.#threshold, ...candidates.map(({ record }) => record.key.threshold));
  }

  async #takeItems(server: string, items: readonly ShareItem[]): Promise<void> {
    for (const { keyId, record, earlier } of items) {
      const request = this.#requests.get(keyId);
      if (request === undefined || this.#keys.has(keyId)) continue;
      if (record === null) {
        this.#refused.add(keyId);
        continue;
      }
      const given = earlier === undefined ? [record] : [record, earlier];
      const candidates = [
        ...(this.#candidates.get(keyId) ?? []),
        ...given.map((one) => ({ server, record: one })),
      ];
      await this.#recover(request, candidates);
    }
  }

  async #recover(request: KeyRequest, candidates: readonly Candidate[]): Promise<void> {
    const { privateKey, liars } = await recoverKey(request, candidates);
    for (const liar of liars) this.#liars.add(liar);
    if (liars.length > 0) this.#liedAbout.add(request.keyId);
    const honest = candidates.filter((candidate) => !liars.includes(candidate.server));
    this.#candidates.set(request.keyId, honest);
    if (privateKey === undefined) return;
    this.#keys.set(request.keyId, privateKey);
    this.#candidates.delete(request.keyId);
  }

  #failures(): ReadonlyMap<string, MdmError<KeysErrorCode>> {
    return new Map(this.#missing().map(({ keyId }) => [keyId, this.#failureOf(keyId)]));
  }

  #failureOf(keyId: string): MdmError<KeysErrorCode> {
    const agreeing = largestAgreement(this.#candidates.get(keyId) ?? []);
    const needed = this.#neededFor(keyId);
    const context = { keyId };
    if (agreeing >= needed) return keysErrors.create('KEYS_INCONSISTENT', { context });
    // Those that failed might have made up for the rest.
    if (agreeing + this.#errors.length >= needed) {
      const cause = this.#errors.find(isShared) ?? this.#errors[0];
      const code = codeOfAll(this.#errors);
      return keysErrors.create(code, { context: { ...context, ...reasonOf(cause) }, cause });
    }
    if (this.#refused.has(keyId)) return keysErrors.create('KEYS_FORBIDDEN', { context });
    const code = this.#liedAbout.has(keyId) ? 'KEYS_INCONSISTENT' : 'KEYS_UNAVAILABLE';
    return keysErrors.create(code, { context });
  }
}

/** What a server said, or what became of the question. */
function reasonOf(error: unknown): { readonly reason?: string } {
  const said = error instanceof MdmError ? error.context['reason'] : undefined;
  const reason = typeof said === 'string' ? said : codeOf(error);
  return reason === undefined ? {} : { reason };
}

/** What the caller can mend comes first only where nothing else went wrong. */
function codeOfAll(errors: readonly unknown[]): KeysErrorCode {
  if (!errors.every((error) => isShared(error) || codeOf(error) === 'KEYS_UNAUTHENTICATED'))
    return 'KEYS_UNAVAILABLE';
  return errors.some(isShared) ? 'KEYS_CREDENTIAL_SHARED' : 'KEYS_UNAUTHENTICATED';
}

function isShared(error: unknown): boolean {
  return codeOf(error) === 'KEYS_CREDENTIAL_SHARED';
}
