import { JsonFields } from '../../lib/json/json-fields.ts';
import { type PinnedKeys, type Signer, signStatement, verifyStatement } from '../../seal/index.ts';
import { type AuditHead, readAuditHead } from './audit-head.ts';
import { pattern } from './patterns.ts';
import { refuseField } from './refuse.ts';

/** A signed "this is the newest entry of the feed, as of now": what renews a server's lease. */
export interface Heartbeat {
  readonly format: 'mdm-feed-heartbeat';
  readonly formatVersion: 2;
  readonly site: string;
  readonly seq: number;
  readonly digest: string;
  /** UTC ms when it was true. The lease counts from here, not from when it arrived. */
  readonly timeMs: number;
  /** The end of the gateway's own audit record. */
  readonly audit: AuditHead;
}

export function signHeartbeat(
  heartbeat: Omit<Heartbeat, 'format' | 'formatVersion'>,
  signer: Signer,
): Promise<string> {
  const statement: Heartbeat = { format: 'mdm-feed-heartbeat', formatVersion: 2, ...heartbeat };
  return signStatement('mdm-feed-heartbeat', statement, signer);
}

/** @throws KEYS_RECORD_INVALID, SEAL_RECEIPT_INVALID, SEAL_RECEIPT_UNTRUSTED */
export async function verifyHeartbeat(jws: string, pinned: PinnedKeys): Promise<Heartbeat> {
  const payload = await verifyStatement('mdm-feed-heartbeat', jws, { pinned });
  const fields = new JsonFields(payload, { path: 'heartbeat', refuse: refuseField });
  const heartbeat: Heartbeat = {
    format: fields.choice('format', ['mdm-feed-heartbeat']),
    formatVersion: fields.integer('formatVersion', 2, 2) as 2,
    site: fields.text('site', pattern.name),
    seq: fields.integer('seq', 0),
    digest: fields.text('digest', pattern.digest),
    timeMs: fields.integer('timeMs', 0),
    audit: readAuditHead(fields.object('audit')),
  };
  fields.end();
  return heartbeat;
}
