import { toHex } from '../../lib/bytes/bytes.ts';
import type { Clock } from '../../lib/clock.ts';
import { codeOf, MdmError } from '../../lib/errors/mdm-error.ts';
import type { Log } from '../../lib/log.ts';
import type { Random } from '../../lib/random.ts';
import { type PinnedKeys, pinKeys, type Signer } from '../../seal/index.ts';
import type { Conduct } from '../conduct.ts';
import { keysErrors } from '../errors.ts';
import { createJsonClient, type JsonAnswer, type JsonClient } from '../http/json-client.ts';
import { errorOf, refusalOf } from '../http/refusal.ts';
import type { FeedServer } from '../http/server-address.ts';
import { keysLimits } from '../limits.ts';
import { auditStart } from '../wire/audit-head.ts';
import { type FeedAck, verifyFeedAck } from '../wire/feed-ack.ts';
import type { FeedPosition } from '../wire/feed-position.ts';
import { feedReadHeader, signFeedRead } from '../wire/feed-read.ts';
import { signHeartbeat } from '../wire/heartbeat.ts';
import {
  type FeedAnswer,
  keyServerPath,
  readFeedAnswer,
  readFeedEntriesAnswer,
  readStatus,
  withinMessage,
} from '../wire/messages.ts';
import type { FeedState } from './feed-state.ts';
import type { FeedStore } from './feed-store.ts';
import type { RecordAnchors } from './record-anchors.ts';
import { SentHeartbeats } from './sent-heartbeats.ts';

/** What a follower is made of. */
export interface FollowerOptions {
  readonly site: string;
  readonly signer: Signer;
  readonly store: FeedStore;
  readonly conduct?: Conduct;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** What the feed says now. */
  readonly state: () => Promise<FeedState>;
  /** Takes entries of ours that we did not know. @returns how many */
  readonly adopt: (statements: readonly string[]) => Promise<number>;
  /** Ends of audit records, ours and theirs. */
  readonly anchors: RecordAnchors | undefined;
}

/** One server that follows the feed: brings it what it lacks and keeps what it signed. */
export class FeedFollower {
  readonly server: string;
  readonly #options: FollowerOptions;
  readonly #client: JsonClient;
  readonly #pinned: PinnedKeys;
  readonly #heartbeats: SentHeartbeats;
  /** How far it has followed, as it says without proof: from where to send. */
  #seq: number | undefined;
  /** How far it has followed, by its signature. */
  #acked = -1;
  /** Entries that it is to confirm, each by its digest. */
  readonly #unconfirmed = new Set<number>();
  #round: Promise<void> | undefined;
  #nextRound: Promise<void> | undefined;
  #closed = false;

  constructor(server: FeedServer, options: FollowerOptions) {
    this.server = server.name;
    this.#options = options;
    this.#client = createJsonClient(server, options.clock);
    this.#pinned = pinKeys([server.signingKey]);
    this.#heartbeats = new SentHeartbeats(options.clock);
  }

  /** Whether it has signed that it holds entry `seq`, and that very entry where it was asked. */
  acknowledges(seq: number): boolean {
    return this.#acked >= seq && !this.#unconfirmed.has(seq);
  }

  /** Ask it for its word on an entry, from the next round on. */
  ask(seq: number): void {
    if (seq === 0) return;
    this.#unconfirmed.add(seq);
    const [oldest] = this.#unconfirmed;
    if (this.#unconfirmed.size > keysLimits.confirmsWantedMax && oldest !== undefined)
      this.#unconfirmed.delete(oldest);
  }

  /** When it gives no more shares under policies older than `seq`, at the latest. Monotonic. */
  leaseEndsMs(seq: number, leaseMs: number): number {
    return this.#heartbeats.lastBeforeMs(seq) + leaseMs;
  }

  /**
   * Learn from the server what our own feed holds beyond what we know. Renews no lease and signs nothing
   * of the feed. @returns how many entries were new
   * @throws KEYS_FEED_FORKED when its chain is not ours, KEYS_SERVER_UNREACHABLE and others
   */
  async learn(): Promise<number> {
    const state = await this.#options.state();
    let learnt = 0;
    for (;;) {
      const { seq } = state.position;
      const answer = await this.#post({ entries: [], heartbeat: null, confirm: seq });
      if (answer.status !== 200) throw errorOf(this.server, answer);
      const said = readFeedAnswer(answer.body);
      const ack = await this.#verified(said.ack);
      if (ack.seq <= seq && state.has(ack)) {
        await this.#compareRecords(state, ack, said);
        return learnt;
      }
      const taken = await this.#options.adopt(await this.entriesAfter(seq));
      // It has entries, but gives none that continue ours; another server may have given them meanwhile.
      if (taken === 0 && state.position.seq === seq)
        throw keysErrors.create('KEYS_FEED_FORKED', { context: { seq } });
      learnt += taken;
    }
  }

  /** Entries that the server holds after a number, as it says: some of them, or none. */
  async entriesAfter(after: number): Promise<readonly string[]> {
    const { signer, clock, random } = this.#options;
    const nonce = toHex(random.bytes(16));
    const read = { server: this.server, after, timeMs: clock.nowMs(), nonce };
    const answer = await this.#client.ask({
      method: 'GET',
      path: `${keyServerPath.feed}?after=${after}`,
      headers: { [feedReadHeader]: await signFeedRead(read, signer) },
    });
    if (answer.status !== 200) throw errorOf(this.server, answer);
    return readFeedEntriesAnswer(answer.body).entries;
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
      const state = await this.#options.state();
      this.#seq ??= await this.#askPosition();
      // Each round sends at least one entry, settles one, or learns the server's position once more.
      const rounds = 6 + state.position.seq + this.#unconfirmed.size;
      for (let round = 0; round < rounds; round++)
        if (await this.#sendNext(state, state.position)) return;
      throw keysErrors.create('KEYS_FEED_REFUSED', { context: { server: this.server } });
    } catch (error) {
      const { conduct, log } = this.#options;
      const code = codeOf(error) ?? String(error);
      const reason = error instanceof MdmError ? error.context['code'] : undefined;
      const isRefused = error instanceof MdmError && error.disposition === 'permanent';
      if (isRefused) conduct?.refused(this.server, typeof reason === 'string' ? reason : code);
      log.warn('keys.feed_not_delivered', { server: this.server, code, reason });
    }
  }

  /** @returns whether the server is at `head` with its lease renewed, and all asked for confirmed */
  async #sendNext(state: FeedState, head: FeedPosition): Promise<boolean> {
    const from = this.#seq ?? 0;
    const limit = keysLimits.feedEntriesPerRequestMax;
    const stored = from < head.seq ? await this.#options.store.after(from, limit) : [];
    const entries = withinMessage(stored);
    const reach = from + entries.length;
    const last = reach >= head.seq;
    const heartbeat = last ? await this.#heartbeatFor(head) : null;
    const confirm = this.#nextToConfirm(reach);
    const answer = await this.#post({ entries, heartbeat, confirm });
    if (answer.status !== 200) return this.#takeRefusal(state, answer, from);
    await this.#takeAck(state, readFeedAnswer(answer.body));
    return last && this.#acked >= head.seq && this.#nextToConfirm(head.seq) === null;
  }

  #nextToConfirm(reach: number): number | null {
    for (const seq of this.#unconfirmed) if (seq <= reach) return seq;
    return null;
  }

  /** Believes what is signed and fits our chain; the rest is none of ours. */
  async #takeAck(state: FeedState, said: FeedAnswer): Promise<void> {
    const ack = await this.#verified(said.ack);
    if (!state.has(ack)) {
      this.#seq = undefined;
      throw keysErrors.create('KEYS_FEED_REFUSED', { context: { server: this.server } });
    }
    await this.#compareRecords(state, ack, said);
    this.#seq = ack.seq;
    this.#acked = ack.seq;
    if (ack.confirmed !== null) await this.#keep(state, ack.confirmed, said.ack);
  }

  /** Its audit record with what it signed before, and ours with what it keeps of it. */
  async #compareRecords(state: FeedState, ack: FeedAck, said: FeedAnswer): Promise<void> {
    const { anchors } = this.#options;
    await anchors?.takeAck(ack, { statement: said.ack, pinned: this.#pinned });
    await anchors?.takeOwn(this.server, said.anchor, state);
  }

  /** Its own signature, in its own name, about our feed. */
  async #verified(statement: string): Promise<FeedAck> {
    const ack = await verifyFeedAck(statement, this.#pinned);
    if (ack.server === this.server && ack.site === this.#options.site) return ack;
    throw keysErrors.create('KEYS_FEED_REFUSED', { context: { server: this.server } });
  }

  async #keep(
    state: FeedState,
    confirmed: NonNullable<FeedAck['confirmed']>,
    statement: string,
  ): Promise<void> {
    const { seq } = confirmed;
    if (!state.has(confirmed) || !this.#unconfirmed.has(seq)) return;
    await this.#options.store.keepAck({ seq, server: this.server, statement });
    this.#unconfirmed.delete(seq);
  }

  /** Go on from where the server says it is, or lead it back from a branch that was given up. */
  async #takeRefusal(state: FeedState, answer: JsonAnswer, from: number): Promise<boolean> {
    const { code, position } = refusalOf(answer);
    if (position !== null && state.givenUpBy(position.digest) !== undefined) {
      const led = await this.#post({
        entries: await this.#givingUp(state),
        heartbeat: null,
        confirm: null,
      });
      this.#seq = led.status === 200 ? undefined : refusalOf(led).position?.seq;
      this.#seq ??= await this.#askPosition();
      return false;
    }
    // Whatever it says unsigned: what it holds beyond ours is asked for, and believed by our signature.
    if (position !== null && position.seq > state.position.seq && (await this.learn()) > 0)
      return false;
    // It was restored, or another process has sent to it.
    if (code === 'KEYSERVER_FEED_GAP' && position !== null && position.seq !== from) {
      this.#seq = position.seq;
      this.#acked = Math.min(this.#acked, position.seq);
      return false;
    }
    if (code === 'KEYSERVER_GATEWAY_BEHIND') await this.#askAnchor(state);
    this.#seq = undefined;
    throw errorOf(this.server, answer);
  }

  /** The server says that our record was longer: let it show what we signed. */
  async #askAnchor(state: FeedState): Promise<void> {
    const answer = await this.#post({ entries: [], heartbeat: null, confirm: null });
    if (answer.status !== 200) return;
    await this.#options.anchors?.takeOwn(this.server, readFeedAnswer(answer.body).anchor, state);
  }

  /** The entries that gave others up. */
  async #givingUp(state: FeedState): Promise<readonly string[]> {
    const statements = state.repairs.map((seq) => this.#options.store.after(seq - 1, 1));
    return (await Promise.all(statements)).flat();
  }

  #post(body: {
    readonly entries: readonly string[];
    readonly heartbeat: string | null;
    readonly confirm: number | null;
  }): Promise<JsonAnswer> {
    const anchor = this.#options.anchors?.ofServer(this.server) ?? null;
    const path = keyServerPath.feed;
    return this.#client.ask({ method: 'POST', path, body: { ...body, anchor } });
  }

  /** A newer entry than `head` may exist by now; then the server refuses this heartbeat. */
  async #heartbeatFor(head: FeedPosition): Promise<string> {
    const { site, signer, clock, anchors } = this.#options;
    const audit = anchors?.head() ?? auditStart;
    this.#heartbeats.note(head.seq);
    return signHeartbeat({ site, ...head, timeMs: clock.nowMs(), audit }, signer);
  }

  async #askPosition(): Promise<number> {
    const answer = await this.#client.ask({ method: 'GET', path: keyServerPath.status });
    if (answer.status !== 200) throw errorOf(this.server, answer);
    return readStatus(answer.body).seq;
  }
}
