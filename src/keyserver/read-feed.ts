import { keysLimits, verifyFeedRead, withinMessage } from '../keys/index.ts';
import { keyserverErrors } from './errors.ts';
import type { KeyServerCore } from './key-server-core.ts';
import { keyserverLimits } from './limits.ts';

/**
 * Entries of the feed, for who writes it: a gateway that was restored learns what it no longer knows. One
 * that is overheard can be repeated for a minute and tells what the first answer told.
 * @param after as the address says; the signature must say the same
 * @throws KEYSERVER_READ_STALE, KEYSERVER_NOT_ADDRESSED, and what the verifier throws
 */
export async function readFeed(
  core: KeyServerCore,
  request: { readonly after: number; readonly signature: string },
): Promise<readonly string[]> {
  const read = await verifyFeedRead(request.signature, core.feedKeys);
  if (read.server !== core.name || read.after !== request.after)
    throw keyserverErrors.create('KEYSERVER_NOT_ADDRESSED');
  if (Math.abs(core.clock.nowMs() - read.timeMs) > keyserverLimits.readAgeMs)
    throw keyserverErrors.create('KEYSERVER_READ_STALE');
  const stored = await core.feed.after(read.after, keysLimits.feedEntriesPerRequestMax);
  return withinMessage(stored);
}
