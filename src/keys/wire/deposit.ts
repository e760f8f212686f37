import { JsonFields } from '../../lib/json/json-fields.ts';
import { type PinnedKeys, type Signer, signStatement, verifyStatement } from '../../seal/index.ts';
import { keysLimits } from '../limits.ts';
import { pattern } from './patterns.ts';
import { refuseField } from './refuse.ts';
import { readShareRecord, type ShareRecord } from './share-record.ts';

/** What a producer sends to one server: that server's shares, signed by the producer. */
export interface Deposit {
  readonly format: 'mdm-share-deposit';
  readonly formatVersion: 1;
  /** Name of the only server that may accept it. */
  readonly server: string;
  readonly records: readonly ShareRecord[];
}

export function signDeposit(
  deposit: { readonly server: string; readonly records: readonly ShareRecord[] },
  producer: Signer,
): Promise<string> {
  const statement: Deposit = { format: 'mdm-share-deposit', formatVersion: 1, ...deposit };
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
    formatVersion: fields.integer('formatVersion', 1, 1) as 1,
    server: fields.text('server', pattern.name),
    records: fields.objects('records', keysLimits.keysPerRequestMax, readShareRecord),
  };
  fields.end();
  return deposit;
}
