import type { Clock } from '../../lib/clock.ts';
import { codeOf, MdmError } from '../../lib/errors/mdm-error.ts';
import type { Log } from '../../lib/log.ts';
import type { Signer } from '../../seal/index.ts';
import { keysErrors } from '../errors.ts';
import type { JsonClient } from '../http/json-client.ts';
import { errorOf, refusalOf } from '../http/refusal.ts';
import { keysLimits } from '../limits.ts';
import { type FeedPosition, feedStart } from '../wire/feed-entry.ts';
import { signHeartbeat } from '../wire/heartbeat.ts';
import { keyServerPath, readFeedAnswer, readStatus } from '../wire/messages.ts';
import type { FeedStore } from './policy-feed.ts';

/** What is known of one server that follows the feed. */
export class FeedFollower {
  readonly #site: string;
  readonly #signer: Signer;
  readonly #store: FeedStore;
  readonly #client: JsonClient;
  readonly #clock: Clock;
  readonly #log: Log;
  /** How far it has confirmed; undefined until it has said so. */
  #seq: number | undefined;
  /** Newest heartbeat that may have reached it for each head, oldest first. */
  readonly #heartbeats: { seq: number; ms: number }[];
  #round: Promise<void> | undefined;
  #nextRound: Promise<void> | undefined;
  #closed = false;

  constructor(options: {
    readonly site: string;
    readonly signer: Signer;
    readonly store: FeedStore;
    readonly client: JsonClient;
    readonly clock: Clock;
    readonly log: Log;
  }) {
    this.#site = options.site;
    this.#signer = options.signer;
    this.#store = options.store;
    this.#client = options.client;
    this.#clock = options.clock;
    this.#log = options.log;
    // A process before this one may have renewed its lease, for any head, up to now.
    this.#heartbeats = [{ seq: -1, ms: options.clock.monotonicMs() }];
  }

  get server(): string {
    return this.#client.server;
  }

  get seq(): number {
    return this.#seq ?? -1;
  }

  /**
   * When it gives no more shares under policies older than `seq`, at the latest: a lease after the
   * newest heartbeat for an older head. A heartbeat for `seq` or a newer one renews nothing old,
   * because a server applies the entries up to its head before it takes it.
   */
  leaseEndsMs(seq: number, leaseMs: number): number {
    const older = this.#heartbeats.findLast((heartbeat) => heartbeat.seq < seq);
    return older === undefined ? Number.NEGATIVE_INFINITY : older.ms + leaseMs;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#client.close();
    await this.#round;
  }

  /**
   * Send the server what it lacks and renew its lease. Never rejects. Rounds take turns; all who ask
   * during a round share the one after it, which sees what they appended before they asked.
   */
  beat(): Promise<void> {
    if (this.#round === undefined) return this.#startRound();
    this.#nextRound ??= this.#round.then(() => {
      this.#nextRound = undefined;
      return this.#startRound();
    });
    return this.#nextRound;
  }

  #startRound(): Promise<void> {
    this.#round = this.#bringToHead().finally(() => {
      this.#round = undefined;
    });
    return this.#round;
  }

  async #bringToHead(): Promise<void> {
    if (this.#closed) return;
    try {
      const head = (await this.#store.last()) ?? feedStart;
      this.#seq ??= await this.#askPosition();
      // Each round sends at least one entry, or learns the server's position once more.
      const rounds = 4 + head.seq;
      for (let round = 0; round < rounds; round++) if (await this.#sendNext(head)) return;
      throw keysErrors.create('KEYS_FEED_REFUSED', { context: { server: this.server } });
    } catch (error) {
      const code = codeOf(error) ?? String(error);
      const reason = error instanceof MdmError ? error.context['code'] : undefined;
      this.#log.warn('keys.feed_not_delivered', { server: this.server, code, reason });
    }
  }

  /** @returns whether the server is at `head` with its lease renewed */
  async #sendNext(head: FeedPosition): Promise<boolean> {
    const from = this.#seq ?? 0;
    const limit = keysLimits.feedEntriesPerRequestMax;
    const stored = from < head.seq ? await this.#store.after(from, limit) : [];
    const entries = withinRequest(stored);
    const last = from + entries.length >= head.seq;
    const heartbeat = last ? await this.#heartbeatFor(head) : null;
    const answer = await this.#client.ask({
      method: 'POST',
      path: keyServerPath.feed,
      body: { entries, heartbeat },
    });
    if (answer.status === 200) {
      this.#seq = readFeedAnswer(answer.body).seq;
      return last && this.#seq >= head.seq;
    }
    const { code, position } = refusalOf(answer);
    // It was restored, or another process has sent to it: go on from where it says it is.
    if (code === 'KEYSERVER_FEED_GAP' && position !== null && position.seq !== from) {
      this.#seq = position.seq;
      return false;
    }
    this.#seq = undefined;
    throw errorOf(this.server, answer);
  }

  /** A newer entry than `head` may exist by now; then the server refuses this heartbeat. */
  #heartbeatFor(head: FeedPosition): Promise<string> {
    this.#note(head.seq);
    const timeMs = this.#clock.nowMs();
    return signHeartbeat({ site: this.#site, ...head, timeMs }, this.#signer);
  }

  #note(seq: number): void {
    const ms = this.#clock.monotonicMs();
    const last = this.#heartbeats.at(-1);
    if (last?.seq === seq) last.ms = ms;
    else this.#heartbeats.push({ seq, ms });
    if (this.#heartbeats.length <= keysLimits.heartbeatsKeptMax) return;
    // Too many to tell apart: the oldest two count as one for the older head, sent when the newer was.
    const [oldest, next] = this.#heartbeats;
    if (oldest !== undefined && next !== undefined) next.seq = oldest.seq;
    this.#heartbeats.shift();
  }

  async #askPosition(): Promise<number> {
    const answer = await this.#client.ask({ method: 'GET', path: keyServerPath.status });
    if (answer.status !== 200) throw errorOf(this.server, answer);
    return readStatus(answer.body).seq;
  }
}

/** As many of the entries as one request takes; at least one. */
function withinRequest(entries: readonly string[]): readonly string[] {
  let size = 0;
  const end = entries.findIndex((entry, index) => {
    size += entry.length;
    return index > 0 && size > keysLimits.feedRequestSizeMax;
  });
  return end === -1 ? entries : entries.slice(0, end);
}
