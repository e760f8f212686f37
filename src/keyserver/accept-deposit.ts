import { type Deposit, type ShareRecord, verifyDeposit } from '../keys/index.ts';
import { keyserverErrors } from './errors.ts';
import type { KeyServerCore } from './key-server-core.ts';
import { appendAudit } from './store/audit-chain.ts';
import { unwrapShare, wrapShare } from './store/share-row.ts';

/**
 * Store the shares of a signed deposit, all or none, durably. The same deposit again is accepted:
 * a producer whose answer got lost may ask once more.
 *
 * @throws KEYSERVER_NOT_ADDRESSED, KEYSERVER_SHARE_CONFLICT, KEYSERVER_KEY_DESTROYED, and what
 *   `verifyDeposit` throws
 */
export async function acceptDeposit(core: KeyServerCore, statement: string): Promise<void> {
  const deposit: Deposit = await verifyDeposit(statement, core.depositorKeys);
  if (deposit.server !== core.name) throw keyserverErrors.create('KEYSERVER_NOT_ADDRESSED');
  const keyIds = deposit.records.map((record) => record.key.keyId);
  if (new Set(keyIds).size !== keyIds.length)
    throw keyserverErrors.create('KEYSERVER_REQUEST_INVALID', { message: 'a key stands twice' });
  if (keyIds.length === 0) return;
  await core.db.transaction(async (tx) => {
    const dead = await tx
      .selectFrom('tombstone')
      .select('key_id')
      .where('key_id', 'in', keyIds)
      .limit(1)
      .executeTakeFirst();
    if (dead !== undefined) throw keyserverErrors.create('KEYSERVER_KEY_DESTROYED');
    const rows = await tx.selectFrom('share').selectAll().where('key_id', 'in', keyIds).execute();
    const stored = new Map(rows.map((row) => [row.key_id, unwrapShare(row, core.masterKey)]));
    const fresh = deposit.records.filter((record) => isFresh(record, stored));
    for (const record of fresh)
      await tx.insertInto('share').values(wrapShare(record, core.masterKey)).execute();
    const event = { kind: 'deposit', keyIds: fresh.map((record) => record.key.keyId) } as const;
    if (fresh.length > 0) await appendAudit(tx, event, core.clock.nowMs());
  });
}

/** @throws KEYSERVER_SHARE_CONFLICT when another record of the key is stored */
function isFresh(record: ShareRecord, stored: ReadonlyMap<string, ShareRecord>): boolean {
  const known = stored.get(record.key.keyId);
  if (known === undefined) return true;
  if (JSON.stringify(known) !== JSON.stringify(record))
    throw keyserverErrors.create('KEYSERVER_SHARE_CONFLICT');
  return false;
}
