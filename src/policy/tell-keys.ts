import type { CatalogKeyChanges, KeyChange } from '../catalog/catalog.ts';
import type { FeedChange, FeedState, PolicyFeed } from '../keys/index.ts';
import { policyLimits } from './limits.ts';

/**
 * Tell the key servers of what was hidden, locked, shown or withdrawn, place by place, and of keys that
 * nobody shall use. What the feed says already is not said again. In batches; a crash in between repeats
 * one, which changes nothing.
 * @returns how many changes the feed took
 */
export async function tellKeys(
  keyChanges: CatalogKeyChanges,
  feed: Pick<PolicyFeed, 'append' | 'state'>,
): Promise<number> {
  for (let told = 0; ; ) {
    const changes = await keyChanges.pending(policyLimits.keyChangesPerBatch);
    if (changes.length === 0) return told;
    const state = await feed.state();
    const news = changes.flatMap((change) => newsOf(change, state));
    if (news.length > 0) await feed.append(news);
    await keyChanges.told(changes);
    told += news.length;
  }
}

function newsOf(change: KeyChange, state: FeedState): readonly FeedChange[] {
  if (change.kind === 'unused') return [{ kind: 'tombstone', keyId: change.keyId }];
  const { place, hidden, locked, destroyed } = change;
  const said = state.places.at(place);
  const news: FeedChange[] = [];
  // With another reason it is told again: what is in conflict is listed, what is hidden is not.
  if (hidden !== undefined && said.get('hidden') !== hidden)
    news.push({ kind: 'hidden', place, reason: hidden });
  if (hidden === undefined && said.has('hidden'))
    news.push({ kind: 'shown', place, reason: 'shown again' });
  if (locked !== undefined && !said.has('locked'))
    news.push({ kind: 'locked', place, reason: locked });
  if (locked === undefined && said.has('locked'))
    news.push({ kind: 'unlocked', place, reason: 'unlocked' });
  if (destroyed !== undefined && !said.has('destroyed'))
    news.push({ kind: 'destroyed', place, reason: destroyed });
  return news;
}
