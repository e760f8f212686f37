import { keyDigestOf, type OrderedKey, type StoredShare } from '../../keys/index.ts';
import { keyserverErrors } from '../errors.ts';
import type { KeyServerCore } from '../key-server-core.ts';
import { unwrapShare } from '../store/share-row.ts';

/**
 * The shares that an order names, in its order, each as the order has it.
 * @throws KEYSERVER_ORDER_OUTDATED when one is absent, destroyed, damaged or of other words
 */
export async function orderedShares(
  core: KeyServerCore,
  keys: readonly OrderedKey[],
): Promise<readonly StoredShare[]> {
  const keyIds = keys.map(({ keyId }) => keyId);
  const rows = await core.db.query
    .selectFrom('share')
    .selectAll()
    .where('key_id', 'in', keyIds)
    .execute();
  const byId = new Map(rows.map((row) => [row.key_id, row]));
  return keys.map(({ keyId, digest }) => {
    const row = byId.get(keyId);
    const share = row && unwrapShare(row, core.masterKey);
    if (!share || keyDigestOf(share.key) !== digest || core.feed.state.isDestroyed(share.key))
      throw keyserverErrors.create('KEYSERVER_ORDER_OUTDATED', { message: keyId });
    return share;
  });
}
