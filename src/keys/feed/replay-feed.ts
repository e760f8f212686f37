import { MdmError } from '../../lib/errors/mdm-error.ts';
import type { PinnedKeys } from '../../seal/index.ts';
import { keysErrors } from '../errors.ts';
import { keysLimits } from '../limits.ts';
import { type VerifiedFeedEntry, verifyFeedEntry } from '../wire/feed-entry.ts';
import { FeedState } from './feed-state.ts';

/** A feed at rest. */
export interface FeedAtRest {
  readonly site: string;
  readonly pinned: PinnedKeys;
  /** Statements from `seq + 1` on, in order, at most `limit`. */
  after(seq: number, limit: number): Promise<readonly string[]>;
}

/**
 * What a feed at rest says, every signature and every link of its chain verified. In pages, whose
 * signatures threads verify, so that nothing else waits.
 * @throws KEYS_FEED_DAMAGED
 */
export async function replayFeed(feed: FeedAtRest): Promise<FeedState> {
  const { site, pinned } = feed;
  const state = new FeedState();
  for (;;) {
    const { seq } = state.position;
    const statements = await feed.after(seq, keysLimits.feedEntriesPerRequestMax);
    if (statements.length === 0) return state;
    for (const verified of await allVerified(statements, pinned)) {
      if (verified.entry.site !== site || !isNext(verified, state)) throw damaged(seq);
      state.apply(verified);
    }
  }
}

/** Whether an entry continues what is known. */
export function isNext({ entry }: VerifiedFeedEntry, { position }: FeedState): boolean {
  return entry.seq === position.seq + 1 && entry.previous === position.digest;
}

async function allVerified(
  statements: readonly string[],
  pinned: PinnedKeys,
): Promise<readonly VerifiedFeedEntry[]> {
  try {
    return await Promise.all(statements.map((statement) => verifyFeedEntry(statement, pinned)));
  } catch (cause) {
    throw cause instanceof MdmError ? damaged(undefined, cause) : cause;
  }
}

function damaged(after: number | undefined, cause?: unknown): Error {
  const context = after === undefined ? {} : { after };
  return keysErrors.create('KEYS_FEED_DAMAGED', { context, cause });
}
