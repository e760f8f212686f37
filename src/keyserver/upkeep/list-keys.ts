import {
  type KeyListAnswer,
  keyDigestOf,
  keysLimits,
  type ListedKey,
  verifyKeyList,
} from '../../keys/index.ts';
import { keyserverErrors } from '../errors.ts';
import type { KeyServerCore } from '../key-server-core.ts';
import type { ShareTable } from '../store/schema.ts';
import { unwrapShare } from '../store/share-row.ts';
import { checkAge } from './read-order.ts';

/**
 * Which keys this server has a whole share of, in pages. What is destroyed is not listed: under a hold
 * it is still there, and is nobody's any more.
 * @throws KEYSERVER_NOT_ADDRESSED, KEYSERVER_ORDER_STALE, and what the verifier throws
 */
export async function listKeys(core: KeyServerCore, statement: string): Promise<KeyListAnswer> {
  const { server, after, timeMs } = await verifyKeyList(statement, core.feedKeys);
  if (server !== core.name) throw keyserverErrors.create('KEYSERVER_NOT_ADDRESSED');
  checkAge(core, timeMs);
  const rows = await core.db.query
    .selectFrom('share')
    .selectAll()
    .where('key_id', '>', after ?? '')
    .orderBy('key_id')
    .limit(keysLimits.keysListedMax)
    .execute();
  const isLast = rows.length < keysLimits.keysListedMax;
  const keys = rows.flatMap((row) => listed(core, row));
  return { keys, next: isLast ? null : (rows.at(-1)?.key_id ?? null) };
}

/** None of a row that was changed: its share is to be made again. */
function listed(core: KeyServerCore, row: ShareTable): readonly ListedKey[] {
  try {
    const { key } = unwrapShare(row, core.masterKey);
    if (core.feed.state.isDestroyed(key)) return [];
    const { keyId, epoch, threshold } = key;
    const holders = key.holders.map(({ server }) => server);
    return [{ keyId, digest: keyDigestOf(key), epoch, threshold, holders }];
  } catch (error) {
    core.log.error('keyserver.share_damaged', { keyId: row.key_id, detail: String(error) });
    return [];
  }
}
