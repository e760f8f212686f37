import { sql } from 'kysely';
import type { Session } from './context.ts';
import { isBelow } from './tree.ts';

/**
 * The key servers must hear how it is now with all keys at a place: a directory, or one with the stem of
 * an entry. A place that is noted again gets a new number, so that who tells of it does not take the
 * later change for the one it told. What is destroyed stays so.
 */
export async function notePlace(
  session: Session,
  { path, destroyed = null }: { readonly path: string; readonly destroyed?: string | null },
): Promise<void> {
  await sql`
    INSERT OR REPLACE INTO key_change (path, destroyed)
    SELECT ${path}, coalesce(${destroyed}, (SELECT destroyed FROM key_change WHERE path = ${path}))`.execute(
    session,
  );
}

/** A lock was set or cleared: on a file, whose entry it then is of, or on a directory. */
export async function noteLock(
  session: Session,
  lock: { readonly path: string; readonly file_id: number | null },
): Promise<void> {
  if (lock.file_id !== null) {
    for (const { path, stem } of await lockedStems(session, sql`f.id = ${lock.file_id}`))
      await notePlace(session, { path: `${path}/${stem}` });
    return;
  }
  if (lock.path.split('/').length > collectionDepth) return notePlace(session, lock);
  const collections = await session
    .selectFrom('node')
    .select('path')
    .where('kind', '=', 'collection')
    .where(isBelow('path', lock.path))
    .execute();
  for (const { path } of collections) await notePlace(session, { path });
}

/** The stacks of a series are about to change, or did: locks on its files may be of other entries. */
export async function noteLockedFiles(session: Session, seriesId: number): Promise<void> {
  const isLocked = sql`f.series_id = ${seriesId} AND f.id IN (SELECT file_id FROM lock)`;
  for (const { path, stem } of await lockedStems(session, isLocked))
    await notePlace(session, { path: `${path}/${stem}` });
}

/** Of `/site/collection`, split at its slashes. */
const collectionDepth = 3;

interface LockedStem {
  /** Of the series. */
  readonly path: string;
  readonly stem: string;
  readonly reason: string | null;
}

/** Stems of files: what all forms and sidecars of an entry share. */
async function lockedStems(
  session: Session,
  which: ReturnType<typeof sql>,
): Promise<readonly LockedStem[]> {
  const { rows } = await sql<{
    path: string;
    name: string;
    stack: string | null;
    reason: string | null;
  }>`
    SELECT n.path, f.name, k.name AS stack, l.reason
    FROM file f JOIN node n ON n.series_id = f.series_id
    LEFT JOIN stack k ON k.id = f.stack_id LEFT JOIN lock l ON l.file_id = f.id
    WHERE ${which}`.execute(session);
  return rows.map(({ path, name, stack, reason }) => ({ path, reason, stem: stemOf(name, stack) }));
}

/** A file of the entry whose stem is the last name of a place; undefined where there is none. */
export async function fileWithStem(
  session: Session,
  place: string,
): Promise<{ readonly id: number; readonly path: string } | undefined> {
  const slash = place.lastIndexOf('/');
  const [series, stem] = [place.slice(0, slash), place.slice(slash + 1)];
  const { rows } = await sql<{ id: number; name: string; stack: string | null }>`
    SELECT f.id, f.name, k.name AS stack
    FROM node n JOIN file f ON f.series_id = n.series_id LEFT JOIN stack k ON k.id = f.stack_id
    WHERE n.path = ${series} AND f.state <> 'gone' ORDER BY f.id`.execute(session);
  const file = rows.find(({ name, stack }) => stemOf(name, stack) === stem);
  return file && { id: file.id, path: `${series}/${file.name}` };
}

/** An instance's slices are of one entry with it. */
function stemOf(fileName: string, stack: string | null): string {
  return stack ?? /^i-[0-9a-z]+/.exec(fileName)?.[0] ?? 'volume';
}

/** Why a place is locked; undefined where it is not. */
export async function whyLocked(session: Session, path: string): Promise<string | undefined> {
  const [, site, , ...names] = path.split('/');
  const [, , , stem] = names;
  if (stem !== undefined) {
    const series = path.slice(0, path.lastIndexOf('/'));
    const locked = sql`n.path = ${series} AND l.reason IS NOT NULL`;
    const stems = await lockedStems(session, locked);
    return stems.find((other) => other.stem === stem)?.reason ?? undefined;
  }
  // No place is above a collection: what is locked up there is told of each.
  const paths = names.length === 0 ? ['/', `/${site}`, path] : [path];
  const lock = await session
    .selectFrom('lock')
    .select('reason')
    .where('path', 'in', paths)
    .limit(1)
    .executeTakeFirst();
  return lock?.reason;
}
