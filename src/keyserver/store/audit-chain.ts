import { hash } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { Refusal } from '../../audit/index.ts';
import type { Database } from '../../db/index.ts';
import { type AuditHead, auditStart } from '../../keys/index.ts';
import { keyserverErrors } from '../errors.ts';
import type { KeyServerSchema } from './schema.ts';

/** What a server records before it answers. Holds key ids and names of callers, never a share. */
export type AuditEvent =
  | {
      readonly kind: 'shares';
      readonly subject: string;
      readonly method: string;
      readonly released: readonly string[];
      readonly refused: readonly string[];
    }
  | {
      readonly kind: 'refused';
      /** Absent where several kinds were counted together. */
      readonly refusal?: Refusal;
      readonly count: number;
    }
  | {
      readonly kind: 'ticket';
      readonly subject: string;
      readonly method: string;
      readonly keyThumbprint: string;
      readonly expiresMs: number;
    }
  | { readonly kind: 'deposit'; readonly keyIds: readonly string[] }
  | { readonly kind: 'feed'; readonly from: number; readonly to: number };

const start = '0'.repeat(64);

/** Where the record ends now. */
export async function auditHead({ query }: Database<KeyServerSchema>): Promise<AuditHead> {
  const last = await query
    .selectFrom('audit')
    .select(['seq', 'digest'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last === undefined ? auditStart : { count: last.seq, digest: last.digest };
}

/** Append to the hash-chained record, in the transaction of what it records. */
export async function appendAudit(
  tx: Transaction<KeyServerSchema>,
  event: AuditEvent,
  timeMs: number,
): Promise<void> {
  const last = await tx
    .selectFrom('audit')
    .select(['seq', 'digest'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  const row = { seq: (last?.seq ?? 0) + 1, time_ms: timeMs, event: JSON.stringify(event) };
  const digest = digestOf(last?.digest ?? start, row);
  await tx
    .insertInto('audit')
    .values({ ...row, digest })
    .execute();
}

/**
 * Check the whole chain: an edited, reordered or deleted record shows, except at the very end, so
 * keep the count and digest somewhere else. @throws KEYSERVER_STORE_DAMAGED
 */
export async function verifyAudit(
  db: Database<KeyServerSchema>,
): Promise<{ readonly count: number; readonly digest: string }> {
  let digest = start;
  let count = 0;
  const pageSize = 500;
  for (;;) {
    const rows = await db.query
      .selectFrom('audit')
      .selectAll()
      .where('seq', '>', count)
      .orderBy('seq')
      .limit(pageSize)
      .execute();
    for (const row of rows) {
      digest = digestOf(digest, row);
      count += 1;
      if (row.seq !== count || row.digest !== digest)
        throw keyserverErrors.create('KEYSERVER_STORE_DAMAGED', { context: { audit: count } });
    }
    if (rows.length < pageSize) return { count, digest };
  }
}

function digestOf(
  previous: string,
  row: { readonly seq: number; readonly time_ms: number; readonly event: string },
): string {
  return hash('sha256', `mdm key audit v1\n${previous}\n${row.seq}\n${row.time_ms}\n${row.event}`);
}
