import { JsonFields } from '../../lib/json/json-fields.ts';
import { type PinnedKeys, type Signer, signStatement, verifyStatement } from '../../seal/index.ts';
import { type AuditHead, readAuditHead } from './audit-head.ts';
import { type FeedPosition, readPosition } from './feed-position.ts';
import { pattern } from './patterns.ts';
import { type AcceptedRecordGap, readAcceptedGap } from './record-gap.ts';
import { refuseField } from './refuse.ts';

/** A key server's signed answer to the feed: how far it has followed, durably. */
export interface FeedAck extends FeedPosition {
  readonly format: 'mdm-feed-ack';
  readonly formatVersion: 2;
  readonly server: string;
  readonly site: string;
  /** The entry that the gateway asked about, as the server holds it; null where it has none. */
  readonly confirmed: FeedPosition | null;
  /** The end of the server's own audit record. */
  readonly audit: AuditHead;
  /** The newest gap of that record which its operator accepted; null where there is none. */
  readonly accepted: AcceptedRecordGap | null;
  /** Its clock, UTC ms. */
  readonly timeMs: number;
}

export function signFeedAck(
  ack: Omit<FeedAck, 'format' | 'formatVersion'>,
  signer: Signer,
): Promise<string> {
  const statement: FeedAck = { format: 'mdm-feed-ack', formatVersion: 2, ...ack };
  return signStatement('mdm-feed-ack', statement, signer);
}

/** @throws KEYS_RECORD_INVALID, SEAL_RECEIPT_INVALID, SEAL_RECEIPT_UNTRUSTED */
export async function verifyFeedAck(jws: string, pinned: PinnedKeys): Promise<FeedAck> {
  const payload = await verifyStatement('mdm-feed-ack', jws, { pinned });
  const fields = new JsonFields(payload, { path: 'ack', refuse: refuseField });
  const ack: FeedAck = {
    format: fields.choice('format', ['mdm-feed-ack']),
    formatVersion: fields.integer('formatVersion', 2, 2) as 2,
    server: fields.text('server', pattern.name),
    site: fields.text('site', pattern.name),
    ...readPosition(fields),
    confirmed: fields.isNull('confirmed') ? null : readConfirmed(fields.object('confirmed')),
    audit: readAuditHead(fields.object('audit')),
    accepted: fields.isNull('accepted') ? null : readAcceptedGap(fields.object('accepted')),
    timeMs: fields.integer('timeMs', 0),
  };
  fields.end();
  return ack;
}

function readConfirmed(fields: JsonFields): FeedPosition {
  const position = readPosition(fields);
  fields.end();
  return position;
}
