import { codeOf } from '../../lib/errors/mdm-error.ts';
import type { PinnedKeys } from '../../seal/index.ts';
import { keysErrors } from '../errors.ts';
import { keysLimits } from '../limits.ts';
import { verifyFeedEntry } from '../wire/feed-entry.ts';
import type { FeedPosition } from '../wire/feed-position.ts';
import { EntryTree, type SignedEntry } from './entry-tree.ts';
import type { FeedFollower } from './feed-follower.ts';
import { FeedState } from './feed-state.ts';
import type { FeedStore } from './feed-store.ts';
import type { OwnFeed } from './own-feed.ts';
import { repeatNarrowings } from './repeat-narrowings.ts';
import { isNext } from './replay-feed.ts';

/** What was done about a feed that had parted. */
export interface FeedRepair {
  /** The end of the chain that goes on. */
  readonly position: FeedPosition;
  readonly givenUp: readonly (FeedPosition & { readonly servers: readonly string[] })[];
  /** What those had given somebody, one line each. */
  readonly lost: readonly string[];
}

/** What repairing works with. */
export interface RepairPorts {
  readonly own: OwnFeed;
  readonly store: FeedStore;
  /** Our own feed key, by which entries are believed. */
  readonly pinned: PinnedKeys;
  readonly followers: readonly Pick<FeedFollower, 'server' | 'entriesAfter'>[];
  readonly threshold: number;
}

/**
 * End a fork: keep the chain that a quorum holds, else the longest, and give up every entry beside it,
 * said again where it took something from somebody. Nothing is done where there is no fork.
 * @throws KEYS_FEED_FORKED while servers that are silent may make a quorum for what would be given up
 */
export async function repairFeed(ports: RepairPorts): Promise<FeedRepair> {
  const { own, threshold, followers } = ports;
  const quorum = followers.length - threshold + 1;
  const { tree, silent } = await gather(ports);
  const kept = tree.kept(quorum);
  const beside = tree.beside(kept);
  const doubtful = beside.find(({ holders }) => holders.length + silent.length >= quorum);
  if (doubtful !== undefined) {
    const { seq } = doubtful.signed.entry;
    const message = `entry ${seq} may be held by ${silent.join(', ')}: start them first`;
    throw keysErrors.create('KEYS_FEED_FORKED', { message, context: { seq } });
  }
  await own.become(kept);
  const branches = beside.map(({ signed }) => signed);
  const parted = stateOf(kept, (branches[0]?.entry.seq ?? 1) - 1);
  const changes = branches.flatMap(({ entry }) => entry.changes);
  const { lost, changes: repeated } = repeatNarrowings(changes, {
    parted,
    kept: await own.state(),
  });
  const givenUp = beside.map(({ signed: { entry, digest }, holders }) => ({
    seq: entry.seq,
    digest,
    servers: holders,
  }));
  const news = givenUp.map(({ seq, digest }) => ({ kind: 'given-up', seq, digest }) as const);
  const position =
    news.length === 0 ? (await own.state()).position : await own.append([...news, ...repeated]);
  return { position, givenUp, lost };
}

/** All that we and the servers hold, and who did not say. */
async function gather(
  ports: RepairPorts,
): Promise<{ readonly tree: EntryTree; readonly silent: readonly string[] }> {
  const { store, followers } = ports;
  const tree = new EntryTree();
  const silent: string[] = [];
  const readOwn = (seq: number) => store.after(seq, keysLimits.feedEntriesPerRequestMax);
  tree.add(await chainOf(ports, readOwn), undefined);
  for (const follower of followers) {
    try {
      tree.add(await chainOf(ports, (seq) => follower.entriesAfter(seq)), follower.server);
    } catch (error) {
      silent.push(`${follower.server} (${codeOf(error) ?? 'failed'})`);
    }
  }
  return { tree, silent };
}

/** A whole chain, each entry signed by our own key and following the one before. */
async function chainOf(
  { pinned }: RepairPorts,
  read: (after: number) => Promise<readonly string[]>,
): Promise<readonly SignedEntry[]> {
  const chain: SignedEntry[] = [];
  const state = new FeedState();
  for (;;) {
    const { seq } = state.position;
    const statements = await read(seq);
    if (statements.length === 0) return chain;
    for (const statement of statements) {
      const verified = await verifyFeedEntry(statement, pinned);
      if (!isNext(verified, state))
        throw keysErrors.create('KEYS_FEED_DAMAGED', { context: { after: state.position.seq } });
      state.apply(verified);
      chain.push({ ...verified, statement });
    }
  }
}

function stateOf(chain: readonly SignedEntry[], until: number): FeedState {
  const state = new FeedState();
  for (const signed of chain.slice(0, until)) state.apply(signed);
  return state;
}
