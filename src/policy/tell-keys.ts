import type { CatalogKeyChanges, KeyChange } from '../catalog/catalog.ts';
import { nobodyPolicyId, type PolicyFeed } from '../keys/index.ts';
import { policyLimits } from './limits.ts';

/**
 * Tell the key servers of keys that are closed, opened again or destroyed: the one way in which a key
 * is withheld from everybody or given back. In batches, each of one entry of the feed or two; a crash
 * in between repeats one, which changes nothing.
 * @returns how many keys
 */
export async function tellKeys(
  keyChanges: CatalogKeyChanges,
  feed: Pick<PolicyFeed, 'mapKeys' | 'destroy'>,
): Promise<number> {
  for (let told = 0; ; ) {
    const changes = await keyChanges.pending(policyLimits.keyChangesPerBatch);
    if (changes.length === 0) return told;
    const destroyed = changes.filter(({ goal }) => goal === 'destroyed');
    const mapped = changes.filter(({ goal }) => goal !== 'destroyed');
    if (mapped.length > 0) await feed.mapKeys(mapped.map(mappingOf));
    if (destroyed.length > 0) await feed.destroy(destroyed.map(({ keyId }) => keyId));
    await keyChanges.told(changes);
    told += changes.length;
  }
}

/** Without a policy of its own a key is nobody's. */
function mappingOf({ keyId, goal, policyId = nobodyPolicyId }: KeyChange) {
  return { keyId, policyId: goal === 'open' ? policyId : nobodyPolicyId };
}
