import { JsonFields } from '../../lib/json/json-fields.ts';
import { type PinnedKeys, type Signer, signStatement, verifyStatement } from '../../seal/index.ts';
import { keysLimits } from '../limits.ts';
import { pattern } from './patterns.ts';
import { refuseField } from './refuse.ts';
import { isShareOf, readStoredShare, type StoredShare } from './share-record.ts';

/** What a producer sends to one server: that server's shares, signed by the producer. */
export interface Deposit {
  readonly format: 'mdm-share-deposit';
  readonly formatVersion: 2;
  /** Name of the only server that may accept it. */
  readonly server: string;
  readonly records: readonly StoredShare[];
}

export function signDeposit(
  deposit: { readonly server: string; readonly records: readonly StoredShare[] },
  producer: Signer,
): Promise<string> {
  const statement: Deposit = { format: 'mdm-share-deposit', formatVersion: 2, ...deposit };
  return signStatement('mdm-share-deposit', statement, producer);
}

/** @throws KEYS_RECORD_INVALID, SEAL_RECEIPT_INVALID, SEAL_RECEIPT_UNTRUSTED */
export async function verifyDeposit(jws: string, producers: PinnedKeys): Promise<Deposit> {
  const payload = await verifyStatement('mdm-share-deposit', jws, {
    pinned: producers,
    maxSize: keysLimits.depositSizeMax,
  });
  const fields = new JsonFields(payload, { path: 'deposit', refuse: refuseField });
  const deposit: Deposit = {
    format: fields.choice('format', ['mdm-share-deposit']),
    formatVersion: fields.integer('formatVersion', 2, 2) as 2,
    server: fields.text('server', pattern.name),
    records: fields.objects('records', keysLimits.keysPerRequestMax, readStoredShare),
  };
  fields.end();
  // Who owns a key deposits it himself: no producer does it in his name.
  if (deposit.records.some(({ key }) => 'owner' in key.of)) throw refuseField('deposit.of');
  if (!deposit.records.every((record) => isShareOf(deposit.server, record)))
    throw refuseField('deposit.holders');
  return deposit;
}
