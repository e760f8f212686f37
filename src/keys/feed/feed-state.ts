import { evaluate, isAmong, normaliseWho } from '../../authz/index.ts';
import type { Principal } from '../../identity/principal.ts';
import { assert, unreachable } from '../../lib/assert.ts';
import { type FeedChange, type FeedPolicy, isPolicyOf } from '../wire/feed-change.ts';
import type { FeedEntry, VerifiedFeedEntry } from '../wire/feed-entry.ts';
import { type FeedPosition, feedStart } from '../wire/feed-position.ts';
import type { AcceptedRecordGap } from '../wire/record-gap.ts';
import type { KeyStanding } from '../wire/share-record.ts';
import { Epochs } from './epochs.ts';
import { type PlaceMark, type PlaceMarks, PlaceTree } from './place-tree.ts';

/** A key, and what its server keeps of it to decide by. */
export type StandingKey = KeyStanding & { readonly keyId: string };

/** An accepted gap of an audit record; `server` is null of the gateway's. */
export type ServerGap = AcceptedRecordGap & { readonly server: string | null };

/** What a change of the feed means for a place. */
const markOf: Readonly<
  Record<
    Extract<FeedChange, { place: unknown }>['kind'],
    { readonly mark: PlaceMark; readonly isSo: boolean }
  >
> = {
  hidden: { mark: 'hidden', isSo: true },
  shown: { mark: 'hidden', isSo: false },
  locked: { mark: 'locked', isSo: true },
  unlocked: { mark: 'locked', isSo: false },
  destroyed: { mark: 'destroyed', isSo: true },
  hold: { mark: 'held', isSo: true },
  'hold-lifted': { mark: 'held', isSo: false },
};

/**
 * What a feed says, from its first entry to its last. The only thing that decides who may have a key: it
 * is made of verified entries and of nothing else, so that no table of a database is believed.
 */
export class FeedState {
  readonly places = new PlaceTree();
  readonly epochs = new Epochs();
  readonly #digests: string[] = [];
  readonly #policies = new Map<string, FeedPolicy>();
  /** Policies of each owner. */
  readonly #owned = new Map<string, number>();
  readonly #destroyedKeys = new Set<string>();
  readonly #banned = new Set<string>();
  readonly #retiredProducers = new Set<string>();
  readonly #gaps: ServerGap[] = [];
  /** Entries that were given up, by digest, and the entry that did. */
  readonly #givenUp = new Map<string, number>();

  /** The last entry. */
  get position(): FeedPosition {
    const digest = this.#digests.at(-1);
    return digest === undefined ? feedStart : { seq: this.#digests.length, digest };
  }

  /** Of entry `seq`; undefined where there is none. */
  digestAt(seq: number): string | undefined {
    return seq === 0 ? feedStart.digest : this.#digests[seq - 1];
  }

  /** Whether the feed, as it is known here, has exactly this entry. */
  has({ seq, digest }: FeedPosition): boolean {
    return this.digestAt(seq) === digest;
  }

  get policies(): Iterable<FeedPolicy> {
    return this.#policies.values();
  }

  policy(id: string): FeedPolicy | undefined {
    return this.#policies.get(id);
  }

  /** How many keys of his own somebody has a policy for. */
  countOwned(owner: string): number {
    return this.#owned.get(owner) ?? 0;
  }

  /** Number of the entry that gave one up; undefined where none did. */
  givenUpBy(digest: string): number | undefined {
    return this.#givenUp.get(digest);
  }

  /** Numbers of the entries that gave others up, in order. */
  get repairs(): readonly number[] {
    return [...new Set(this.#givenUp.values())].sort((a, b) => a - b);
  }

  /** Accepted gaps of audit records, oldest first. */
  get gaps(): readonly ServerGap[] {
    return this.#gaps;
  }

  get destroyedKeys(): ReadonlySet<string> {
    return this.#destroyedKeys;
  }

  get retiredProducers(): ReadonlySet<string> {
    return this.#retiredProducers;
  }

  /** Whether a key is refused for ever; its shares are erased where no hold keeps them. */
  isDestroyed({ keyId, of }: Omit<StandingKey, 'policyId'>): boolean {
    return this.#destroyedKeys.has(keyId) || this.#marksOver(of).has('destroyed');
  }

  /** Whether a hold keeps what was destroyed. */
  isHeld(of: KeyStanding['of']): boolean {
    return this.#marksOver(of).has('held');
  }

  /** Whether somebody is shut out, whatever a policy says. */
  isBanned(caller: Principal): boolean {
    return isAmong(caller, this.#banned);
  }

  /** Whether the caller may have a share of this key now. */
  allows(caller: Principal, key: StandingKey, nowMs: number): boolean {
    const marks = this.#marksOver(key.of);
    if (marks.has('hidden') || marks.has('locked') || this.isDestroyed(key)) return false;
    if (this.isBanned(caller)) return false;
    const policy = this.#policies.get(key.policyId);
    if (policy === undefined || !isPolicyOf(policy, key.of)) return false;
    return evaluate({ principal: caller, right: 'read', policy, nowMs }).allowed;
  }

  /** Take the next entry. */
  apply({ entry, digest }: VerifiedFeedEntry): void {
    const { position } = this;
    assert(entry.seq === position.seq + 1, 'entries come in order');
    assert(entry.previous === position.digest, 'entries are of one chain');
    for (const change of entry.changes) this.#change(change, entry);
    this.#digests.push(digest);
  }

  /** What an entry destroyed stays so, also when it turns out to be of another chain. */
  keepDestroyed({ entry }: VerifiedFeedEntry): void {
    const final: readonly string[] = ['tombstone', 'destroyed'] satisfies FeedChange['kind'][];
    for (const change of entry.changes)
      if (final.includes(change.kind)) this.#change(change, entry);
  }

  #marksOver(of: KeyStanding['of']): PlaceMarks {
    return 'owner' in of ? new Map() : this.places.over(of);
  }

  #setPolicy(id: string, policy: FeedPolicy | undefined): void {
    this.#count(this.#policies.get(id), -1);
    if (policy === undefined) this.#policies.delete(id);
    else this.#policies.set(id, policy);
    this.#count(policy, 1);
  }

  #count(policy: FeedPolicy | undefined, by: 1 | -1): void {
    if (policy === undefined || !('owner' in policy)) return;
    const count = this.countOwned(policy.owner) + by;
    if (count === 0) this.#owned.delete(policy.owner);
    else this.#owned.set(policy.owner, count);
  }

  #change(change: FeedChange, { seq, timeMs }: FeedEntry): void {
    if ('place' in change) {
      const { mark, isSo } = markOf[change.kind];
      this.places.set(change.place, mark, isSo ? change.reason : undefined);
      return;
    }
    switch (change.kind) {
      case 'policy':
        this.#setPolicy(change.policy.id, change.policy);
        return;
      case 'policy-removed':
        this.#setPolicy(change.policyId, undefined);
        return;
      case 'tombstone':
        this.#destroyedKeys.add(change.keyId);
        return;
      case 'banned':
        this.#banned.add(normaliseWho(change.who));
        return;
      case 'unbanned':
        this.#banned.delete(normaliseWho(change.who));
        return;
      case 'producer-retired':
        this.#retiredProducers.add(change.keyId);
        return;
      case 'given-up':
        this.#givenUp.set(change.digest, seq);
        return;
      case 'refresh-begun':
        this.epochs.begin(seq);
        return;
      case 'epoch':
      case 'epoch-abandoned': {
        const isCommitted = change.kind === 'epoch';
        this.epochs.decide(change.run, { isCommitted, seq, timeMs });
        return;
      }
      case 'refreshed':
        this.epochs.finish(change.begun);
        return;
      case 'audit-accepted': {
        const { server, reason, gap } = change;
        this.#gaps.push({ server, reason, gap, timeMs });
        return;
      }
      default:
        unreachable(change);
    }
  }
}
