import {
  type Holder,
  type KeySubject,
  keyBytes,
  type StoredShare,
  toBase64Url,
} from '../../keys/index.ts';
import { utf8 } from '../../lib/bytes/bytes.ts';
import type { MasterKey } from '../master-key.ts';
import type { ShareTable } from './schema.ts';

/** Since when a share counts: an entry of the feed, or the one that will commit its run. */
export type CountsSince = Pick<ShareTable, 'run' | 'since'>;

/** The row of a share, its y wrapped under the master key with all the rest as associated data. */
export function wrapShare(
  { key, x, y: text }: StoredShare,
  { run, since }: CountsSince,
  masterKey: MasterKey,
): ShareTable {
  const rest = {
    key_id: key.keyId,
    guid: key.guid,
    version: key.version,
    generation: key.generation,
    ...columnsOf(key.of),
    policy_id: key.policyId,
    threshold: key.threshold,
    epoch: key.epoch,
    recipient_public_key: key.recipientPublicKey,
    holders: JSON.stringify(key.holders),
    x,
    run,
    since,
  };
  const y = keyBytes(text);
  const wrapped = masterKey.wrap(y, associatedDataOf(rest));
  y.fill(0);
  return { ...rest, wrapped_y: wrapped };
}

/** The share of a row. @throws KEYSERVER_STORE_DAMAGED when any field of the row was changed */
export function unwrapShare(row: ShareTable, masterKey: MasterKey): StoredShare {
  const y = masterKey.unwrap(row.wrapped_y, associatedDataOf(row));
  const share: StoredShare = {
    key: {
      keyId: row.key_id,
      guid: row.guid,
      version: row.version,
      generation: row.generation,
      of: subjectOf(row),
      policyId: row.policy_id,
      threshold: row.threshold,
      epoch: row.epoch,
      recipientPublicKey: row.recipient_public_key,
      holders: JSON.parse(row.holders) as readonly Holder[],
    },
    x: row.x,
    y: toBase64Url(y),
  };
  y.fill(0);
  return share;
}

type SubjectColumns = Pick<
  ShareTable,
  'collection' | 'subject' | 'study' | 'series' | 'stem' | 'owner'
>;

function columnsOf(of: KeySubject): SubjectColumns {
  if (!('owner' in of)) return { ...of, owner: null };
  return { collection: null, subject: null, study: null, series: null, stem: null, ...of };
}

/** What a row is of, as it says: believed only of a row that was unwrapped, which lacks no name. */
export function subjectOf(row: SubjectColumns): KeySubject {
  const { owner, collection, subject, study, series, stem } = row;
  if (owner !== null) return { owner };
  return {
    collection: collection ?? '',
    subject: subject ?? '',
    study: study ?? '',
    series: series ?? '',
    stem: stem ?? '',
  };
}

function associatedDataOf(row: Omit<ShareTable, 'wrapped_y'>): Uint8Array {
  const fields = [
    'mdm share row v4',
    row.key_id,
    row.guid,
    row.version,
    row.generation,
    row.collection,
    row.subject,
    row.study,
    row.series,
    row.stem,
    row.owner,
    row.policy_id,
    row.threshold,
    row.epoch,
    row.recipient_public_key,
    row.holders,
    row.x,
    row.run,
    row.since,
  ];
  return utf8(JSON.stringify(fields));
}
