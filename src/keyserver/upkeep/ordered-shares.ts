import type { OrderedKey, StoredShare } from '../../keys/index.ts';
import { keyDigestOf } from '../../keys/index.ts';
import { currentShares } from '../current-shares.ts';
import { keyserverErrors } from '../errors.ts';
import type { KeyServerCore } from '../key-server-core.ts';

/**
 * The shares that an order names, in its order, each as the order has it.
 * @throws KEYSERVER_ORDER_OUTDATED when one is absent, destroyed, damaged or of other words
 */
export async function orderedShares(
  core: KeyServerCore,
  keys: readonly OrderedKey[],
): Promise<readonly StoredShare[]> {
  const current = await currentShares(
    core,
    keys.map(({ keyId }) => keyId),
  );
  return keys.map(({ keyId, digest }) => {
    const share = current.get(keyId)?.share;
    if (!share || keyDigestOf(share.key) !== digest || core.feed.state.isDestroyed(share.key))
      throw keyserverErrors.create('KEYSERVER_ORDER_OUTDATED', { message: keyId });
    return share;
  });
}
