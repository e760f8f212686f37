import { type Clock, sleep, type Timer } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Random } from '../../lib/random.ts';
import type { Signer } from '../../seal/index.ts';
import type { Conduct } from '../conduct.ts';
import { checkAddresses, type FeedServer } from '../http/server-address.ts';
import { keysLimits } from '../limits.ts';
import type { FeedChange } from '../wire/feed-change.ts';
import type { FeedPosition } from '../wire/feed-position.ts';
import { catchUp, type StillSilent } from './catch-up.ts';
import { FeedFollower } from './feed-follower.ts';
import type { FeedState } from './feed-state.ts';
import type { FeedStore } from './feed-store.ts';
import { OwnFeed } from './own-feed.ts';
import type { RecordAnchors } from './record-anchors.ts';

/** How far a position has spread. */
export interface FeedSpread {
  /** Servers that have signed that they applied it. */
  readonly acknowledged: readonly string[];
  /** Servers that have not, but whose lease has run out since: they answer nobody. */
  readonly leaseExpired: readonly string[];
  /** n-k+1 acknowledged: who has no share yet can no longer collect k under the old policy. */
  readonly quorum: boolean;
  /** All acknowledged or are without lease: nobody gets a share under the old policy now. */
  readonly shut: boolean;
  /** Both: nobody can finish collecting, and no server that is restored undoes it. */
  readonly complete: boolean;
}

/** The one signed chain of policies, places and tombstones that all key servers follow. */
export interface PolicyFeed {
  /** All of it is so from now on. Durable when it resolves, on its way to the servers. */
  append(changes: readonly FeedChange[]): Promise<FeedPosition>;
  /**
   * Learn from the servers what the feed holds beyond what is known here; to be awaited before anything
   * is appended. `onSilent` is told which have not answered. @throws the signal's reason
   */
  catchUp(call: {
    readonly signal: AbortSignal;
    readonly onSilent: (servers: StillSilent) => void;
  }): Promise<void>;
  /** What the feed says. It is kept up to date; whoever reads it changes nothing. */
  state(): Promise<FeedState>;
  /**
   * Wait until a position is `quorum`, or `complete` or at least `shut`; the servers' signed words on
   * it are kept in the store. Tells how far it is at any time.
   */
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
  readonly servers: readonly FeedServer[];
  readonly threshold: number;
  /** Where servers that refuse are noted. */
  readonly conduct?: Conduct;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** As the servers are configured; default 60 s. */
  readonly leaseMs?: number;
  /** A server turned out to hold entries of ours that we did not know: they are taken now. */
  readonly onNewer?: () => void;
  /** Ends of audit records, for us and the servers to keep. */
  readonly anchors?: RecordAnchors;
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
  readonly #own: OwnFeed;
  readonly #followers: readonly FeedFollower[];
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: PolicyFeedOptions) {
    this.#options = options;
    this.#leaseMs = options.leaseMs ?? keysLimits.leaseMs;
    this.#own = new OwnFeed(options);
    const { anchors } = options;
    const shared = {
      ...options,
      anchors,
      state: () => this.#own.state(),
      adopt: (statements: readonly string[]) => this.#adopt(statements),
    };
    this.#followers = options.servers.map((server) => new FeedFollower(server, shared));
  }

  append(changes: readonly FeedChange[]): Promise<FeedPosition> {
    return this.#own.append(changes);
  }

  catchUp({ signal, onSilent }: Parameters<PolicyFeed['catchUp']>[0]): Promise<void> {
    return catchUp({ ...this.#options, followers: this.#followers, onSilent }, signal);
  }

  async #adopt(statements: readonly string[]): Promise<number> {
    const taken = await this.#own.adopt(statements);
    if (taken > 0) this.#options.onNewer?.();
    return taken;
  }

  state(): Promise<FeedState> {
    return this.#own.state();
  }

  async spread(
    position: FeedPosition,
    options: { readonly until: 'quorum' | 'complete'; readonly signal?: AbortSignal },
  ): Promise<FeedSpread> {
    const { clock } = this.#options;
    const goal = options.until === 'complete' ? 'shut' : 'quorum';
    for (const follower of this.#followers) follower.ask(position.seq);
    let beatAtMs = Number.NEGATIVE_INFINITY;
    let beating: Promise<void> | undefined;
    for (;;) {
      const spread = this.spreadNow(position);
      if (spread[goal]) return spread;
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

  spreadNow({ seq }: FeedPosition): FeedSpread {
    const nowMs = this.#options.clock.monotonicMs();
    const acknowledged = this.#followers.filter((follower) => follower.acknowledges(seq));
    const behind = this.#followers.filter((follower) => !follower.acknowledges(seq));
    const expired = behind.filter((follower) => nowMs >= follower.leaseEndsMs(seq, this.#leaseMs));
    const quorum = acknowledged.length > this.#followers.length - this.#options.threshold;
    const shut = behind.length === expired.length;
    return {
      acknowledged: acknowledged.map((follower) => follower.server),
      leaseExpired: expired.map((follower) => follower.server),
      quorum,
      shut,
      complete: quorum && shut,
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
}
