import { sql } from 'kysely';
import type { CatalogLocks, FileId, LockRow } from './catalog.ts';
import type { CatalogContext, Session } from './context.ts';
import { catalogErrors } from './errors.ts';
import { fileNamed } from './file-rows.ts';
import type { CatalogLimits } from './limits.ts';
import { noteLock } from './note-place.ts';
import type { LockTable } from './schema.ts';
import { ancestry, depthMax, isLocked, wholeLineage } from './tree.ts';

/** Locks over the database. */
export function createLocks({ db, clock, limits }: CatalogContext): CatalogLocks {
  let changes = 0;
  const change = async <Answer>(made: (tx: Session) => Promise<Answer>): Promise<Answer> => {
    const answer = await db.transaction(made);
    changes += 1;
    return answer;
  };
  return {
    get changes() {
      return changes;
    },
    set: (wanted) => change((tx) => setLock(tx, { ...wanted, nowMs: clock.nowMs() }, limits)),
    clear: (path) => change((tx) => clearLock(tx, path)),
    async all() {
      const rows = await db.query.selectFrom('lock').selectAll().orderBy('path').execute();
      return rows.map(lockOf);
    },
    covers: (path) => covers(db.query, path),
    coversFile: (file) => coversFile(db.query, file),
  };
}

async function setLock(
  tx: Session,
  wanted: Parameters<CatalogLocks['set']>[0] & { readonly nowMs: number },
  limits: CatalogLimits,
): Promise<LockRow> {
  const { path, reason, by, nowMs } = wanted;
  const target = await targetAt(tx, path);
  if (target === undefined) throw catalogErrors.create('CATALOG_NODE_UNKNOWN');
  const known = await lockAt(tx, path);
  if (known === undefined) await checkRoom(tx, limits);
  const row = known ?? { path, locked_ms: nowMs, ...target };
  const lock = { ...row, reason, locked_by: by };
  await tx
    .insertInto('lock')
    .values(lock)
    .onConflict((conflict) => conflict.column('path').doUpdateSet({ reason, locked_by: by }))
    .execute();
  await noteLock(tx, lock);
  return lockOf(lock);
}

async function clearLock(tx: Session, path: string): Promise<LockRow | undefined> {
  const lock = await lockAt(tx, path);
  if (lock === undefined) return undefined;
  await tx.deleteFrom('lock').where('path', '=', lock.path).execute();
  await noteLock(tx, lock);
  return lockOf(lock);
}

async function checkRoom(tx: Session, { locksMax }: CatalogLimits): Promise<void> {
  const { count } = await tx
    .selectFrom('lock')
    .select((select) => select.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  if (count >= locksMax) throw catalogErrors.create('CATALOG_LOCKS_TOO_MANY');
}

/** The lock that is set exactly on what is at a path; of a file under any of its names. */
async function lockAt(session: Session, path: string): Promise<LockTable | undefined> {
  const locks = session.selectFrom('lock').selectAll();
  const exact = await locks.where('path', '=', path).executeTakeFirst();
  if (exact !== undefined) return exact;
  const file = (await targetAt(session, path))?.file_id ?? null;
  return file === null ? undefined : locks.where('file_id', '=', file).executeTakeFirst();
}

/** What a lock on a path is of, whether hidden or not; undefined where nothing is. */
async function targetAt(
  session: Session,
  path: string,
): Promise<Pick<LockTable, 'file_id'> | undefined> {
  const lineage = await wholeLineage(session, path);
  const last = lineage.at(-1);
  if (last === undefined) return undefined;
  if (last.path !== path) {
    const file = await fileAt(session, { path, directory: last });
    return file === undefined ? undefined : { file_id: file };
  }
  return { file_id: null };
}

async function fileAt(
  session: Session,
  asked: {
    readonly path: string;
    readonly directory: { readonly path: string; readonly series_id: number | null };
  },
): Promise<number | undefined> {
  const { path, directory } = asked;
  const name = path.slice(directory.path.length + 1);
  if (directory.series_id === null || name.includes('/')) return undefined;
  const { rows } = await sql<{ id: number }>`
    SELECT f.id FROM file f WHERE ${fileNamed(directory.series_id, name)}`.execute(session);
  return rows[0]?.id;
}

/** Nothing else may hide it: who locks tells nothing of what was not there anyway. */
async function covers(session: Session, path: string): Promise<boolean> {
  const lineage = await wholeLineage(session, path);
  const last = lineage.at(-1);
  if (last === undefined || lineage.some(({ hidden }) => hidden === 1)) return false;
  if (lineage.some(isLocked)) return true;
  const file = await fileAt(session, { path, directory: last });
  return file !== undefined && (await coversFile(session, file as FileId));
}

/** Whether a lock is on a file or on something that it is in. */
export async function coversFile(session: Session, file: FileId): Promise<boolean> {
  const row = await session
    .selectFrom('file')
    .innerJoin('series', 'series.id', 'file.series_id')
    .innerJoin('node', 'node.id', 'series.node_id')
    .select('path')
    .where('file.id', '=', file)
    .executeTakeFirst();
  if (row === undefined) return false;
  const above = ancestry(row.path).slice(0, depthMax);
  const lock = await session
    .selectFrom('lock')
    .select('path')
    .where((where) => where.or([where('file_id', '=', file), where('path', 'in', above)]))
    .limit(1)
    .executeTakeFirst();
  return lock !== undefined;
}

function lockOf(row: LockTable): LockRow {
  const { path, reason, locked_by: by, locked_ms: sinceMs } = row;
  return { path, fileId: (row.file_id ?? undefined) as FileId | undefined, reason, by, sinceMs };
}
