import { hash } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import {
  type AuditGap,
  type AuditHead,
  genesis,
  type Refusal,
  type StatedGap,
} from '../../audit/index.ts';
import type { Database } from '../../db/index.ts';
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
  | {
      readonly kind: 'deposit';
      readonly keyIds: readonly string[];
      /** Who owns them; absent where a producer signed. */
      readonly subject?: string;
      readonly method?: string;
    }
  | { readonly kind: 'feed'; readonly from: number; readonly to: number }
  /** What was done with shares under an order of a gateway; to whom it was sent. */
  | {
      readonly kind: 'upkeep';
      readonly step: 'dealt' | 'blinded' | 'recovered' | 'staged' | 'ready';
      /** Its digest. */
      readonly order: string;
      readonly to?: string;
      readonly keyIds: readonly string[];
    }
  /** An operator accepted that a part of the record is not there. */
  | {
      readonly kind: 'audit-accepted';
      readonly by: string;
      readonly reason: string;
      readonly gap: AuditGap;
    };

/** A record as it is stored. */
export type AuditRow = KeyServerSchema['audit'];

/** Where the record ends now. */
export async function auditHead({
  query,
}: Pick<Database<KeyServerSchema>, 'query'>): Promise<AuditHead> {
  return headOf(await newest(query));
}

/** Append to the hash-chained record, in the transaction of what it records. */
export async function appendAudit(
  tx: Transaction<KeyServerSchema>,
  event: AuditEvent,
  timeMs: number,
): Promise<void> {
  await writeAudit(tx, headOf(await newest(tx)), { event, timeMs });
}

/** Write the record that comes after `before`. */
export async function writeAudit(
  tx: Transaction<KeyServerSchema>,
  before: AuditHead,
  { event, timeMs }: { readonly event: AuditEvent; readonly timeMs: number },
): Promise<void> {
  const row = { seq: before.count + 1, time_ms: timeMs, event: JSON.stringify(event) };
  const digest = digestOf(before.digest, row);
  await tx
    .insertInto('audit')
    .values({ ...row, digest })
    .execute();
}

/** Which of some digests is that of the record before; undefined if none, or the row was changed. */
export function previousOf(row: AuditRow, digests: readonly string[]): string | undefined {
  return digests.find((previous) => digestOf(previous, row) === row.digest);
}

/** The gap that a record says was accepted; undefined of other records, and of what is none. */
export function gapOf({ seq, time_ms: timeMs, event }: AuditRow): StatedGap | undefined {
  if (!event.startsWith('{"kind":"audit-accepted"')) return undefined;
  try {
    const { gap, by, reason } = JSON.parse(event) as Extract<AuditEvent, { gap: AuditGap }>;
    return { after: [...gap.after], lost: [...gap.lost], record: seq, timeMs, by, reason };
  } catch {
    return undefined;
  }
}

function newest(query: Kysely<KeyServerSchema>): Promise<AuditRow | undefined> {
  return query.selectFrom('audit').selectAll().orderBy('seq', 'desc').limit(1).executeTakeFirst();
}

function headOf(row: AuditRow | undefined): AuditHead {
  return row === undefined ? genesis : { count: row.seq, digest: row.digest };
}

function digestOf(
  previous: string,
  row: { readonly seq: number; readonly time_ms: number; readonly event: string },
): string {
  return hash('sha256', `mdm key audit v1\n${previous}\n${row.seq}\n${row.time_ms}\n${row.event}`);
}
