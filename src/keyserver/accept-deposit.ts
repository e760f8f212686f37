import { isDeepStrictEqual } from 'node:util';
import { type Deposit, type StoredShare, verifyDeposit } from '../keys/index.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import { keyserverErrors } from './errors.ts';
import type { KeyServerCore } from './key-server-core.ts';
import { appendAudit } from './store/audit-chain.ts';
import { unwrapShare, wrapShare } from './store/share-row.ts';

/**
 * Store the shares of a signed deposit, all or none, durably. The same deposit again is accepted:
 * a producer whose answer got lost may ask once more.
 *
 * @throws KEYSERVER_NOT_ADDRESSED, KEYSERVER_SHARE_CONFLICT, KEYSERVER_KEY_DESTROYED,
 *   KEYSERVER_PRODUCER_RETIRED, and what `verifyDeposit` throws
 */
export async function acceptDeposit(core: KeyServerCore, statement: string): Promise<void> {
  const deposit = await verified(core, statement);
  if (deposit.server !== core.name) throw keyserverErrors.create('KEYSERVER_NOT_ADDRESSED');
  const keyIds = deposit.records.map((record) => record.key.keyId);
  if (new Set(keyIds).size !== keyIds.length)
    throw keyserverErrors.create('KEYSERVER_REQUEST_INVALID', { message: 'a key stands twice' });
  if (keyIds.length === 0) return;
  checkAlive(core, deposit);
  await core.db.transaction(async (tx) => {
    const known = await tx.selectFrom('share').selectAll().where('key_id', 'in', keyIds).execute();
    const stored = new Map(known.map((row) => [row.key_id, unwrapShare(row, core.masterKey)]));
    const fresh = deposit.records.filter((record) => isFresh(record, stored));
    // The feed may have destroyed them while this waited for its turn; then it has erased before it.
    checkAlive(core, deposit);
    const rows = fresh.map((record) => wrapShare(record, core.masterKey));
    for (let at = 0; at < rows.length; at += rowsPerInsert)
      await tx
        .insertInto('share')
        .values(rows.slice(at, at + rowsPerInsert))
        .execute();
    const event = { kind: 'deposit', keyIds: fresh.map((record) => record.key.keyId) } as const;
    if (fresh.length > 0) await appendAudit(tx, event, core.clock.nowMs());
  });
}

/** Rows of one statement: a statement for each row costs three times as much. */
const rowsPerInsert = 100;

/** A key that the feed retired signs nothing any more, though it is enrolled. */
async function verified(core: KeyServerCore, statement: string): Promise<Deposit> {
  const { retiredProducers } = core.feed.state;
  const enrolled = [...core.depositorKeys];
  const trusted = new Map(enrolled.filter(([id]) => !retiredProducers.has(id)));
  try {
    return await verifyDeposit(statement, trusted);
  } catch (error) {
    if (codeOf(error) !== 'SEAL_RECEIPT_UNTRUSTED' || trusted.size === enrolled.length) throw error;
    await verifyDeposit(statement, core.depositorKeys);
    throw keyserverErrors.create('KEYSERVER_PRODUCER_RETIRED');
  }
}

/** @throws KEYSERVER_KEY_DESTROYED */
function checkAlive({ feed }: KeyServerCore, { records }: Deposit): void {
  if (records.some(({ key }) => feed.state.isDestroyed(key)))
    throw keyserverErrors.create('KEYSERVER_KEY_DESTROYED');
}

/** @throws KEYSERVER_SHARE_CONFLICT when another record of the key is stored */
function isFresh(record: StoredShare, stored: ReadonlyMap<string, StoredShare>): boolean {
  const known = stored.get(record.key.keyId);
  if (known === undefined) return true;
  if (!isDeepStrictEqual(known, record)) throw keyserverErrors.create('KEYSERVER_SHARE_CONFLICT');
  return false;
}
