import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from 'kysely';
import type { StoredShare } from '../keys/index.ts';
import { keyserverErrors } from './errors.ts';
import type { KeyServerCore } from './key-server-core.ts';
import { type AuditEvent, appendAudit } from './store/audit-chain.ts';
import { insertShares } from './store/insert-shares.ts';
import type { KeyServerSchema } from './store/schema.ts';
import { unwrapShare, wrapShare } from './store/share-row.ts';

/** What is recorded of a deposit beside its keys. */
type DepositEvent = Omit<Extract<AuditEvent, { kind: 'deposit' }>, 'keyIds'>;

/**
 * Store shares, all or none, durably, with their audit record. The same ones again are accepted.
 * @param check refuses, in the transaction, as many keys more as there are
 * @throws KEYSERVER_SHARE_CONFLICT, KEYSERVER_KEY_DESTROYED, and what `check` throws
 */
export async function storeShares(
  core: KeyServerCore,
  records: readonly StoredShare[],
  event: DepositEvent,
  check: (tx: Transaction<KeyServerSchema>, more: number) => Promise<void> = async () => {},
): Promise<void> {
  const keyIds = records.map((record) => record.key.keyId);
  if (new Set(keyIds).size !== keyIds.length)
    throw keyserverErrors.create('KEYSERVER_REQUEST_INVALID', { message: 'a key stands twice' });
  if (keyIds.length === 0) return;
  checkAlive(core, records);
  await core.db.transaction(async (tx) => {
    const rows = await tx.selectFrom('share').selectAll().where('key_id', 'in', keyIds).execute();
    const kept = rows.map((row) => unwrapShare(row, core.masterKey));
    const stored = Map.groupBy(kept, ({ key }) => key.keyId);
    const fresh = records.filter((record) => isFresh(record, stored));
    // The feed may have destroyed them while this waited for its turn; then it has erased before it.
    checkAlive(core, records);
    if (fresh.length === 0) return;
    await check(tx, fresh.length);
    const standing = { run: null, since: core.feed.state.position.seq };
    await insertShares(
      tx,
      fresh.map((record) => wrapShare(record, standing, core.masterKey)),
    );
    const freshIds = fresh.map((record) => record.key.keyId);
    await appendAudit(tx, { ...event, keyIds: freshIds }, core.clock.nowMs());
  });
}

/** @throws KEYSERVER_KEY_DESTROYED */
function checkAlive({ feed }: KeyServerCore, records: readonly StoredShare[]): void {
  if (records.some(({ key }) => feed.state.isDestroyed(key)))
    throw keyserverErrors.create('KEYSERVER_KEY_DESTROYED');
}

/** @throws KEYSERVER_SHARE_CONFLICT when another record of the key is stored */
function isFresh(
  record: StoredShare,
  stored: ReadonlyMap<string, readonly StoredShare[]>,
): boolean {
  const known = stored.get(record.key.keyId);
  if (known === undefined) return true;
  if (!known.some((share) => isDeepStrictEqual(share, record)))
    throw keyserverErrors.create('KEYSERVER_SHARE_CONFLICT');
  return false;
}
