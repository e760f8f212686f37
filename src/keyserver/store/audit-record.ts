import {
  type Acceptance,
  type AcceptedGap,
  type AuditHead,
  type AuditVerdict,
  ChainCheck,
  gapIn,
  genesis,
  isSame,
  newestKnown,
  notThrough,
  type VerifyOptions,
} from '../../audit/index.ts';
import type { Database } from '../../db/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { Turn } from '../../lib/streams/steps.ts';
import { keyserverLimits } from '../limits.ts';
import { type AuditRow, auditHead, gapOf, previousOf, writeAudit } from './audit-chain.ts';
import type { KeyServerSchema } from './schema.ts';

type Reader = Pick<Database<KeyServerSchema>, 'query'>;

/** Named in problems: the record is a table of it. */
const file = 'keyserver.db';

/** Check every record of a key server, oldest first. Reads only. */
export async function verifyAudit(db: Reader, options: VerifyOptions = {}): Promise<AuditVerdict> {
  const { anchors = [], onProgress, rest, signal } = options;
  const { count: total } = await auditHead(db);
  const check = new ChainCheck(anchors);
  const turn = new Turn();
  let bytes = 0;
  for await (const row of rowsAfter(db, 0)) {
    take(check, row);
    bytes += row.event.length;
    if (!turn.isOver) continue;
    onProgress?.({ bytes, done: row.seq, total });
    await rest?.();
    await turn.pass();
    signal?.throwIfAborted();
  }
  onProgress?.({ bytes, done: total, total });
  return check.verdict(file);
}

/**
 * Check the newest records, and that the record goes through some anchors.
 * @returns what it found, of the newest records
 * @throws AUDIT_DAMAGED
 */
export async function checkAuditEnd(
  db: Reader,
  anchors: readonly AuditHead[],
): Promise<AuditVerdict> {
  const end = await auditHead(db);
  const from = Math.max(0, end.count - keyserverLimits.auditEndRecords);
  const check = new ChainCheck([], from === 0 ? genesis : await headAt(db, from));
  for await (const row of rowsAfter(db, from)) take(check, row);
  const verdict = check.verdict(file);
  const [problem] = verdict.problems;
  if (problem !== undefined) throw notThrough(end, problem.after);
  const lost = verdict.accepted.flatMap((gap) => gap.lost);
  for (const anchor of anchors)
    if (!lost.some((head) => isSame(head, anchor)) && !(await goesThrough(db, anchor)))
      throw notThrough(anchor, end);
  return verdict;
}

/** Whether the record holds an anchor or, behind an accepted gap, the record that names it. */
export async function goesThrough(db: Reader, anchor: AuditHead): Promise<boolean> {
  if (anchor.count === 0) return true;
  const rows = await db.query
    .selectFrom('audit')
    .selectAll()
    .where('seq', '>=', anchor.count)
    .orderBy('seq')
    .limit(2)
    .execute();
  return rows.some(
    (row) =>
      isSame({ count: row.seq, digest: row.digest }, anchor) ||
      (row.seq === anchor.count + 1 && previousOf(row, [anchor.digest]) !== undefined),
  );
}

/**
 * Accept what is missing or damaged, as `acceptAudit` does of a folder.
 * @returns undefined where nothing is missing
 * @throws AUDIT_GAP_TOO_WIDE
 */
export async function acceptAudit(
  db: Database<KeyServerSchema>,
  { by, reason, clock, ...options }: Acceptance & VerifyOptions & { readonly clock: Clock },
): Promise<AcceptedGap | undefined> {
  const verdict = await verifyAudit(db, options);
  const gap = gapIn(verdict);
  if (gap === undefined) return undefined;
  const timeMs = clock.nowMs();
  const event = { kind: 'audit-accepted', by, reason, gap } as const;
  const before = newestKnown(verdict);
  await db.transaction((tx) => writeAudit(tx, before, { event, timeMs }));
  return { ...gap, record: before.count + 1, from: before, timeMs, by, reason };
}

function take(check: ChainCheck, row: AuditRow): void {
  const accepted = gapOf(row);
  const lost = accepted?.lost.map(({ digest }) => digest) ?? [];
  const previous = previousOf(row, [check.head.digest, ...lost]);
  check.link({ head: { count: row.seq, digest: row.digest }, previous, accepted }, file);
}

async function headAt({ query }: Reader, seq: number): Promise<AuditHead> {
  const row = await query
    .selectFrom('audit')
    .select(['seq', 'digest'])
    .where('seq', '<=', seq)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? genesis : { count: row.seq, digest: row.digest };
}

async function* rowsAfter({ query }: Reader, seq: number): AsyncGenerator<AuditRow, void, void> {
  for (let after = seq; ; ) {
    const rows = await query
      .selectFrom('audit')
      .selectAll()
      .where('seq', '>', after)
      .orderBy('seq')
      .limit(keyserverLimits.auditPageRecords)
      .execute();
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.seq;
  }
}
