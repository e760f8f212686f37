import type { FeedChange, FeedPosition, FeedState } from '../keys/index.ts';
import { replayFeed, type VerifiedFeedEntry, verifyFeedEntry } from '../keys/index.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import { Mutex } from '../lib/streams/mutex.ts';
import { eraseDestroyed, wholeScope } from './erase-shares.ts';
import { type KeyserverErrorCode, keyserverErrors } from './errors.ts';
import type { KeyServerCore } from './key-server-core.ts';
import { appendAudit } from './store/audit-chain.ts';
import { setAside, statementsAfter, statementsAside, writeEntry } from './store/feed-rows.ts';

type SignedEntry = VerifiedFeedEntry & { readonly statement: string };
type Core = Pick<KeyServerCore, 'db' | 'site' | 'feedKeys' | 'lease' | 'clock'>;

/** The feed as this server follows it: at rest, and in memory what it says. */
export class FeedChain {
  readonly #core: Core;
  readonly #turns = new Mutex();
  #state: FeedState;

  private constructor(core: Core, state: FeedState) {
    this.#core = core;
    this.#state = state;
  }

  /**
   * Verify the chain at rest and erase what it says is destroyed.
   * @throws KEYSERVER_STORE_DAMAGED
   */
  static async open(core: Core): Promise<FeedChain> {
    const state = await readState(core);
    await eraseDestroyed(core, state, wholeScope(state));
    return new FeedChain(core, state);
  }

  /** What the feed says now. Read it anew after anything was waited for. */
  get state(): FeedState {
    return this.#state;
  }

  /** Statements after entry `seq`, as they came. */
  after(seq: number, limit: number): Promise<readonly string[]> {
    return statementsAfter(this.#core.db, { after: seq, limit });
  }

  /**
   * Take signed entries in order, durably; when it resolves, what they destroy is erased. Entries that
   * are known are passed over; a gap or another history is refused before anything is taken.
   * @throws KEYSERVER_FEED_GAP, KEYSERVER_FEED_FORK, KEYSERVER_NOT_ADDRESSED, and what the verifier throws
   */
  async follow(statements: readonly string[]): Promise<void> {
    const entries = await Promise.all(statements.map((statement) => this.#verified(statement)));
    await this.#turns.run(async () => {
      const fresh = await this.#freshOf(entries);
      if (fresh.length > 0) await this.#take(fresh);
    });
  }

  async #verified(statement: string): Promise<SignedEntry> {
    const verified = await verifyFeedEntry(statement, this.#core.feedKeys);
    if (verified.entry.site !== this.#core.site)
      throw keyserverErrors.create('KEYSERVER_NOT_ADDRESSED');
    return { ...verified, statement };
  }

  /** Those that continue our chain; after leaving a branch that they give up, if that is ours. */
  async #freshOf(entries: readonly SignedEntry[]): Promise<readonly SignedEntry[]> {
    try {
      return freshOf(this.#state, entries);
    } catch (error) {
      const last = lastKept(this.#state, entries);
      if (last === undefined || !keyserverErrors.has(error)) throw error;
      await this.#leaveBranch(last);
      return freshOf(this.#state, entries);
    }
  }

  async #take(entries: readonly SignedEntry[]): Promise<void> {
    const { db, clock } = this.#core;
    const from = this.#state.position.seq;
    await db.transaction(async (tx) => {
      for (const { entry, digest, statement } of entries)
        await writeEntry(tx, { seq: entry.seq, digest, statement });
      const event = { kind: 'feed', from, to: from + entries.length } as const;
      await appendAudit(tx, event, clock.nowMs());
    });
    for (const entry of entries) this.#state.apply(entry);
    const changes = entries.flatMap(({ entry }) => entry.changes);
    await eraseDestroyed(this.#core, this.#state, scopeOf(changes));
  }

  /** Nobody is answered until the chain is followed to its head again. */
  async #leaveBranch(last: number): Promise<void> {
    const { db, lease, clock } = this.#core;
    lease.end();
    const from = this.#state.position.seq;
    await db.transaction(async (tx) => {
      await setAside(tx, last);
      await appendAudit(tx, { kind: 'feed', from, to: last }, clock.nowMs());
    });
    this.#state = await readState(this.#core);
    // A heartbeat of the branch may have come while its entries were set aside.
    lease.end();
  }
}

async function readState(core: Core): Promise<FeedState> {
  const { db, site, feedKeys: pinned } = core;
  try {
    const after = (seq: number, limit: number) => statementsAfter(db, { after: seq, limit });
    const state = await replayFeed({ site, pinned, after });
    for (const statement of await statementsAside(db))
      state.keepDestroyed(await verifyFeedEntry(statement, pinned));
    return state;
  } catch (cause) {
    const known = ['KEYS_FEED_DAMAGED', 'SEAL_RECEIPT_INVALID', 'SEAL_RECEIPT_UNTRUSTED'];
    if (!known.includes(codeOf(cause) ?? '')) throw cause;
    throw keyserverErrors.create('KEYSERVER_STORE_DAMAGED', { message: 'policy feed', cause });
  }
}

/** @throws KEYSERVER_FEED_GAP, KEYSERVER_FEED_FORK */
function freshOf(state: FeedState, entries: readonly SignedEntry[]): readonly SignedEntry[] {
  const { position } = state;
  const fresh: SignedEntry[] = [];
  let last = position;
  for (const signed of entries) {
    const { entry, digest } = signed;
    const at = { seq: entry.seq, digest };
    if (entry.seq > last.seq + 1) throw feedError('KEYSERVER_FEED_GAP', position);
    if (entry.seq <= last.seq) {
      const isKnown = state.has(at) || fresh.some((other) => other.digest === digest);
      if (!isKnown) throw feedError('KEYSERVER_FEED_FORK', position);
      continue;
    }
    const follows = entry.previous === last.digest && !givesUpOwn(state, entry.changes);
    if (!follows) throw feedError('KEYSERVER_FEED_FORK', position);
    fresh.push(signed);
    last = at;
  }
  return fresh;
}

/** A chain that gives up its own beginning is none. */
function givesUpOwn(state: FeedState, changes: readonly FeedChange[]): boolean {
  return changes.some((change) => change.kind === 'given-up' && state.has(change));
}

/** The last entry of our chain that stays, where these give up all after it; undefined where they do not. */
function lastKept(state: FeedState, entries: readonly SignedEntry[]): number | undefined {
  const givenUp = new Set(
    entries
      .flatMap(({ entry }) => entry.changes)
      .flatMap((change) => (change.kind === 'given-up' && state.has(change) ? [change.seq] : [])),
  );
  let last = state.position.seq;
  while (givenUp.has(last)) last -= 1;
  return last === state.position.seq ? undefined : last;
}

/** Where these changes may have shares erased: below what is destroyed, or held no longer. */
function scopeOf(changes: readonly FeedChange[]) {
  return {
    places: changes.flatMap((change) =>
      change.kind === 'destroyed' || change.kind === 'hold-lifted' ? [change.place] : [],
    ),
    keyIds: changes.flatMap((change) => (change.kind === 'tombstone' ? [change.keyId] : [])),
  };
}

export function feedError(code: KeyserverErrorCode, position: FeedPosition): Error {
  return keyserverErrors.create(code, { context: { ...position } });
}
