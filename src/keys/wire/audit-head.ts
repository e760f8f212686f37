import type { AuditHead } from '../../audit/index.ts';
import type { JsonFields } from '../../lib/json/json-fields.ts';
import { pattern } from './patterns.ts';

/** The end of an audit record: who keeps it for another notices when that one's is cut. */
export type { AuditHead } from '../../audit/index.ts';

/** Before the first record. */
export const auditStart: AuditHead = { count: 0, digest: '0'.repeat(64) };

/** @throws KEYS_RECORD_INVALID */
export function readAuditHead(fields: JsonFields): AuditHead {
  const head = { count: fields.integer('count', 0), digest: fields.text('digest', pattern.digest) };
  fields.end();
  return head;
}
