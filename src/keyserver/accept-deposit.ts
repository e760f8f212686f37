import { type Deposit, verifyDeposit } from '../keys/index.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import { keyserverErrors } from './errors.ts';
import type { KeyServerCore } from './key-server-core.ts';
import { storeShares } from './store-shares.ts';

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
  await storeShares(core, deposit.records, { kind: 'deposit' });
}

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
