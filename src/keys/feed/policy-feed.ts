import type { Policy } from '../../authz/policy.ts';
import { type Clock, sleep, type Timer } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { type Signer, statementDigestOf } from '../../seal/index.ts';
import { createJsonClient } from '../http/json-client.ts';
import type { KeyServerAddress } from '../http/server-address.ts';
import { checkAddresses } from '../http/server-address.ts';
import { keysLimits } from '../limits.ts';
import {
  type FeedChange,
  type FeedPosition,
  feedStart,
  signFeedEntry,
} from '../wire/feed-entry.ts';
import { FeedFollower } from './feed-follower.ts';

/** Where the feed is kept: durable, on the gateway's side. */
export interface FeedStore {
  /** The newest entry; undefined while there is none. */
  last(): Promise<FeedPosition | undefined>;
  /** Durable when it resolves; rejects when `seq` is not the one after the last. */
  append(entry: FeedPosition & { readonly statement: string }): Promise<void>;
  /** Statements from `seq + 1` on, in order, at most `limit`. */
  after(seq: number, limit: number): Promise<readonly string[]>;
}

/** How far a position has spread. */
export interface FeedSpread {
  /** Servers that have applied it. */
  readonly acknowledged: readonly string[];
  /** Servers that have not, but whose lease has run out since: they answer nobody. */
  readonly leaseExpired: readonly string[];
  /** n-k+1 acknowledged: who has no share yet can no longer collect k under the old policy. */
  readonly quorum: boolean;
  /** All acknowledged or are without lease: nobody can finish collecting either. */
  readonly complete: boolean;
}

/** The one signed chain of policies and tombstones that all key servers follow. */
export interface PolicyFeed {
  /** The policies are now these. Durable when it resolves, on its way to the servers. */
  putPolicies(policies: readonly Policy[]): Promise<FeedPosition>;
  /** These policies allow nobody anything. */
  removePolicies(policyIds: readonly string[]): Promise<FeedPosition>;
  /** These keys are under these policies from now on. */
  mapKeys(
    keys: readonly { readonly keyId: string; readonly policyId: string }[],
  ): Promise<FeedPosition>;
  /** Erase the shares of these keys and refuse them for ever. */
  destroy(keyIds: readonly string[]): Promise<FeedPosition>;
  /** Wait until a position is `quorum` or `complete`; tells how far it is at any time. */
  spread(
    position: FeedPosition,
    options: { readonly until: 'quorum' | 'complete'; readonly signal?: AbortSignal },
  ): Promise<FeedSpread>;
  /** How far a position has spread now. */
  spreadNow(position: FeedPosition): FeedSpread;
  /** Bring all servers to the head and renew their leases, once. Never rejects for a server. */
  beat(): Promise<void>;
  /** Beat three times a lease until closed. */
  start(): void;
  close(): Promise<void>;
}

export interface PolicyFeedOptions {
  readonly site: string;
  readonly signer: Signer;
  readonly store: FeedStore;
  readonly servers: readonly KeyServerAddress[];
  readonly threshold: number;
  readonly clock: Clock;
  readonly log: Log;
  /** As the servers are configured; default 60 s. */
  readonly leaseMs?: number;
}

const pollMs = 50;

/** @throws KEYS_CONFIG_INVALID */
export function createPolicyFeed(options: PolicyFeedOptions): PolicyFeed {
  checkAddresses(options.servers, options.threshold);
  return new SignedPolicyFeed(options);
}

class SignedPolicyFeed implements PolicyFeed {
  readonly #options: PolicyFeedOptions;
  readonly #leaseMs: number;
  readonly #followers: readonly FeedFollower[];
  #appending: Promise<unknown> = Promise.resolve();
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: PolicyFeedOptions) {
    this.#options = options;
    this.#leaseMs = options.leaseMs ?? keysLimits.leaseMs;
    this.#followers = options.servers.map(
      (server) => new FeedFollower({ ...options, client: createJsonClient(server, options.clock) }),
    );
  }

  putPolicies(policies: readonly Policy[]): Promise<FeedPosition> {
    return this.#append(policies.map((policy) => ({ kind: 'policy', policy })));
  }

  removePolicies(policyIds: readonly string[]): Promise<FeedPosition> {
    return this.#append(policyIds.map((policyId) => ({ kind: 'policy-removed', policyId })));
  }

  mapKeys(
    keys: readonly { readonly keyId: string; readonly policyId: string }[],
  ): Promise<FeedPosition> {
    return this.#append(keys.map((key) => ({ kind: 'key-policy', ...key })));
  }

  destroy(keyIds: readonly string[]): Promise<FeedPosition> {
    return this.#append(keyIds.map((keyId) => ({ kind: 'tombstone', keyId })));
  }

  async spread(
    position: FeedPosition,
    options: { readonly until: 'quorum' | 'complete'; readonly signal?: AbortSignal },
  ): Promise<FeedSpread> {
    const { clock } = this.#options;
    let beatAtMs = Number.NEGATIVE_INFINITY;
    let beating: Promise<void> | undefined;
    for (;;) {
      const spread = this.spreadNow(position);
      if (spread[options.until]) return spread;
      options.signal?.throwIfAborted();
      if (clock.monotonicMs() - beatAtMs >= this.#leaseMs / 3) {
        beatAtMs = clock.monotonicMs();
        beating = this.beat().finally(() => {
          beating = undefined;
        });
      }
      // Looks again after each poll, so that a server that hangs delays only `complete`.
      const pause = sleep(clock, pollMs, options);
      await (beating === undefined ? pause : Promise.race([beating, pause]));
    }
  }

  spreadNow(position: FeedPosition): FeedSpread {
    const nowMs = this.#options.clock.monotonicMs();
    const behind = this.#followers.filter((follower) => follower.seq < position.seq);
    const expired = behind.filter(
      (follower) => nowMs >= follower.leaseEndsMs(position.seq, this.#leaseMs),
    );
    const acknowledged = this.#followers.filter((follower) => follower.seq >= position.seq);
    const needed = this.#followers.length - this.#options.threshold + 1;
    return {
      acknowledged: acknowledged.map((follower) => follower.server),
      leaseExpired: expired.map((follower) => follower.server),
      quorum: acknowledged.length >= needed,
      complete: behind.length === expired.length,
    };
  }

  async beat(): Promise<void> {
    await Promise.all(this.#followers.map((follower) => follower.beat()));
  }

  start(): void {
    const { clock, log } = this.#options;
    const round = (): void => {
      this.beat().catch((error: unknown) =>
        log.error('keys.beat_failed', { error: String(error) }),
      );
      if (!this.#closed) this.#timer = clock.schedule(this.#leaseMs / 3, round);
    };
    round();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    await Promise.all(this.#followers.map((follower) => follower.close()));
  }

  /** Appends take turns: two at once would sign two entries with one number. */
  #append(changes: readonly FeedChange[]): Promise<FeedPosition> {
    const appended = this.#appending.then(() => this.#appendParts(changes));
    this.#appending = appended.catch(() => undefined);
    return appended;
  }

  async #appendParts(changes: readonly FeedChange[]): Promise<FeedPosition> {
    const { store, clock, site, signer } = this.#options;
    let position = (await store.last()) ?? feedStart;
    for (const part of partsOf(changes)) {
      const seq = position.seq + 1;
      const previous = position.digest;
      const entry = { site, seq, previous, timeMs: clock.nowMs(), changes: part };
      const statement = await signFeedEntry(entry, signer);
      position = { seq, digest: statementDigestOf(statement) };
      await store.append({ ...position, statement });
    }
    return position;
  }
}

/** Split changes into entries that readers take. */
function* partsOf(changes: readonly FeedChange[]): Generator<readonly FeedChange[]> {
  let part: FeedChange[] = [];
  let size = 0;
  for (const change of changes) {
    const changeSize = Buffer.byteLength(JSON.stringify(change));
    const full =
      part.length === keysLimits.changesPerEntryMax ||
      size + changeSize > keysLimits.feedChangesSizeMax;
    if (full && part.length > 0) {
      yield part;
      part = [];
      size = 0;
    }
    part.push(change);
    size += changeSize;
  }
  if (part.length > 0) yield part;
}
