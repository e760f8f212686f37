import { keyBytes, type ShareRecord, toBase64Url } from '../../keys/index.ts';
import { utf8 } from '../../lib/bytes/bytes.ts';
import type { MasterKey } from '../master-key.ts';
import type { ShareTable } from './schema.ts';

/** The row of a record, its y wrapped under the master key with all the rest as associated data. */
export function wrapShare(record: ShareRecord, masterKey: MasterKey): ShareTable {
  const { key, x } = record;
  const rest = {
    key_id: key.keyId,
    guid: key.guid,
    version: key.version,
    generation: key.generation,
    collection: key.collection,
    policy_id: key.policyId,
    share_count: key.shareCount,
    threshold: key.threshold,
    epoch: key.epoch,
    recipient_public_key: key.recipientPublicKey,
    receipt_digest: key.receiptDigest,
    commitments: JSON.stringify(key.commitments),
    x,
  };
  const y = keyBytes(record.y);
  const wrapped = masterKey.wrap(y, associatedDataOf(rest));
  y.fill(0);
  return { ...rest, wrapped_y: wrapped };
}

/** The record of a row. @throws KEYSERVER_STORE_DAMAGED when any field of the row was changed */
export function unwrapShare(row: ShareTable, masterKey: MasterKey): ShareRecord {
  const y = masterKey.unwrap(row.wrapped_y, associatedDataOf(row));
  const record: ShareRecord = {
    key: {
      keyId: row.key_id,
      guid: row.guid,
      version: row.version,
      generation: row.generation,
      collection: row.collection,
      policyId: row.policy_id,
      shareCount: row.share_count,
      threshold: row.threshold,
      epoch: row.epoch,
      recipientPublicKey: row.recipient_public_key,
      receiptDigest: row.receipt_digest,
      commitments: JSON.parse(row.commitments) as readonly string[],
    },
    x: row.x,
    y: toBase64Url(y),
  };
  y.fill(0);
  return record;
}

function associatedDataOf(row: Omit<ShareTable, 'wrapped_y'>): Uint8Array {
  const fields = [
    'mdm share row v1',
    row.key_id,
    row.guid,
    row.version,
    row.generation,
    row.collection,
    row.policy_id,
    row.share_count,
    row.threshold,
    row.epoch,
    row.recipient_public_key,
    row.receipt_digest,
    row.commitments,
    row.x,
  ];
  return utf8(JSON.stringify(fields));
}
