import type { FeedPosition, FeedSpread, PolicyFeed } from '../keys/index.ts';
import type { Clock } from '../lib/clock.ts';
import { policyLimits } from './limits.ts';

/** A change on its way to the key servers, and when it was begun. */
export interface StartedSpread {
  readonly position: FeedPosition;
  /** Monotonic. */
  readonly startMs: number;
}

/** How far a change has come at the key servers, and how long that took. */
export interface SpreadTimes {
  /** The entry of the feed that it is told in, or the last before it where nothing had to be told. */
  readonly position: FeedPosition;
  readonly spread: FeedSpread;
  readonly quorumMs: number | undefined;
  readonly completeMs: number | undefined;
  /** Nobody gets a share any more, because leases ran out; but too few servers keep the change. */
  readonly shutMs: number | undefined;
}

/**
 * Wait for the servers, but no longer than they can matter: a change is made, and goes on its way
 * to those that are silent. Without a quorum nobody may get a share any more all the same, when leases
 * ran out; complete it is only with one.
 */
export async function waitForSpread(
  {
    feed,
    clock,
  }: { readonly feed: Pick<PolicyFeed, 'spread' | 'spreadNow'>; readonly clock: Clock },
  { position, startMs }: StartedSpread,
  options: { readonly until: 'quorum' | 'complete'; readonly signal?: AbortSignal },
): Promise<SpreadTimes> {
  const { until } = options;
  const tooLong = new AbortController();
  const signal = AbortSignal.any([tooLong.signal, ...(options.signal ? [options.signal] : [])]);
  const limitMs = until === 'quorum' ? policyLimits.quorumWaitMs : policyLimits.completeWaitMs;
  const timer = clock.schedule(limitMs, () => tooLong.abort(), { keepAlive: true });
  const elapsedMs = (): number => Math.round(clock.monotonicMs() - startMs);
  const reach = (goal: 'quorum' | 'complete'): Promise<number | undefined> =>
    feed.spread(position, { until: goal, signal }).then(elapsedMs, (error: unknown) => {
      if (tooLong.signal.aborted && options.signal?.aborted !== true) return undefined;
      throw error;
    });
  try {
    const quorum = reach('quorum');
    quorum.catch(() => undefined);
    const shutMs = until === 'complete' ? await reach('complete') : undefined;
    if (until === 'complete') tooLong.abort();
    const quorumMs = await quorum;
    const spread = feed.spreadNow(position);
    return spread.complete
      ? { position, spread, quorumMs, completeMs: shutMs, shutMs: undefined }
      : { position, spread, quorumMs, completeMs: undefined, shutMs };
  } finally {
    timer.cancel();
    tooLong.abort();
  }
}
