import { createPublicKey } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { Mutex } from '../../lib/streams/mutex.ts';
import { type PinnedKeys, pinKeys, type Signer } from '../../seal/index.ts';
import { keysErrors } from '../errors.ts';
import { keysLimits } from '../limits.ts';
import type { FeedChange } from '../wire/feed-change.ts';
import { signFeedEntry, type VerifiedFeedEntry, verifyFeedEntry } from '../wire/feed-entry.ts';
import type { FeedPosition } from '../wire/feed-position.ts';
import type { SignedEntry } from './entry-tree.ts';
import type { FeedState } from './feed-state.ts';
import type { FeedStore } from './feed-store.ts';
import { replayFeed } from './replay-feed.ts';

/** The feed that this process writes, and what it says. */
export class OwnFeed {
  readonly #options: {
    readonly site: string;
    readonly signer: Signer;
    readonly store: FeedStore;
    readonly clock: Clock;
  };
  readonly #pinned: PinnedKeys;
  readonly #turns = new Mutex();
  #state: Promise<FeedState> | undefined;

  constructor(options: {
    readonly site: string;
    readonly signer: Signer;
    readonly store: FeedStore;
    readonly clock: Clock;
  }) {
    this.#options = options;
    this.#pinned = pinKeys([createPublicKey(options.signer.privateKey)]);
  }

  /** Read from the store once, then kept. @throws KEYS_FEED_DAMAGED, and what the store throws */
  state(): Promise<FeedState> {
    this.#state ??= this.#replay();
    return this.#state;
  }

  /** Appends take turns: two at once would sign two entries with one number. */
  append(changes: readonly FeedChange[]): Promise<FeedPosition> {
    return this.#turns.run(() => this.#append(changes));
  }

  /**
   * Take entries that this feed's key signed and that are not known here: those of a gateway that was
   * restored. What is known is passed over.
   * @returns how many
   * @throws KEYS_FEED_FORKED when they do not continue the chain that is known, before anything is taken
   */
  adopt(statements: readonly string[]): Promise<number> {
    return this.#turns.run(async () => {
      const state = await this.state();
      const fresh: (VerifiedFeedEntry & { readonly statement: string })[] = [];
      let last = state.position;
      for (const statement of statements) {
        const verified = await verifyFeedEntry(statement, this.#pinned);
        const { seq, previous, site } = verified.entry;
        if (seq <= state.position.seq && state.has({ seq, digest: verified.digest })) continue;
        if (site !== this.#options.site || seq !== last.seq + 1 || previous !== last.digest)
          throw keysErrors.create('KEYS_FEED_FORKED', { context: { seq } });
        fresh.push({ ...verified, statement });
        last = { seq, digest: verified.digest };
      }
      for (const entry of fresh) {
        const { digest, statement } = entry;
        await this.#store({ seq: entry.entry.seq, digest, statement });
        state.apply(entry);
      }
      return fresh.length;
    });
  }

  /** Go on with another chain of entries that this feed's key signed; what was ours beside it is dropped. */
  async become(chain: readonly SignedEntry[]): Promise<void> {
    await this.#turns.run(async () => {
      const state = await this.state();
      const parted = chain.findIndex(({ entry, digest }) => !state.has({ seq: entry.seq, digest }));
      const common = parted === -1 ? chain.length : parted;
      if (common === state.position.seq) return;
      await this.#options.store.dropAfter(common);
      this.#state = undefined;
    });
    await this.adopt(chain.map(({ statement }) => statement));
  }

  async #replay(): Promise<FeedState> {
    const { site, store } = this.#options;
    const pinned = this.#pinned;
    try {
      return await replayFeed({ site, pinned, after: (seq, limit) => store.after(seq, limit) });
    } catch (error) {
      this.#state = undefined;
      throw error;
    }
  }

  async #append(changes: readonly FeedChange[]): Promise<FeedPosition> {
    const { clock, site, signer } = this.#options;
    const state = await this.state();
    for (const part of partsOf(changes)) {
      const { seq, digest: previous } = state.position;
      const entry = { site, seq: seq + 1, previous, timeMs: clock.nowMs(), changes: part };
      const signed = await signFeedEntry(entry, signer);
      await this.#store({ seq: seq + 1, digest: signed.digest, statement: signed.statement });
      state.apply(signed);
    }
    return state.position;
  }

  /** A commit may fail after it took effect: what the store then holds is read again. */
  async #store(entry: Parameters<FeedStore['append']>[0]): Promise<void> {
    try {
      await this.#options.store.append(entry);
    } catch (error) {
      this.#state = undefined;
      throw error;
    }
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
