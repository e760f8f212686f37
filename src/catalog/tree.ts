import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { Session } from './context.ts';
import type { NodeTable } from './schema.ts';

/** Nothing lies deeper; a path of a thousand segments is not looked up. */
export const depthMax = 16;

/** Paths of all directories above `path` and itself, the root first. */
export function ancestry(path: string): readonly string[] {
  const paths = ['/'];
  for (let slash = path.indexOf('/', 1); slash !== -1; slash = path.indexOf('/', slash + 1))
    paths.push(path.slice(0, slash));
  if (path !== '/') paths.push(path);
  return paths;
}

/** Whether a column holds `path`, or the path of something below it. */
export function isBelow(column: string, path: string): RawBuilder<boolean> {
  if (path === '/') return sql`true`;
  const at = sql.ref(column);
  const { from, to } = spanBelow(path);
  // The range first: of a bare OR the engine makes two searches and sorts what both find.
  return sql`(${at} >= ${path} AND ${at} < ${to} AND (${at} = ${path} OR ${at} > ${from}))`;
}

/** The paths below a directory are after `from` and before `to`: '0' is the character after '/'. */
export function spanBelow(path: string): { readonly from: string; readonly to: string } {
  const parent = path === '/' ? '' : path;
  return { from: `${parent}/`, to: `${parent}0` };
}

/** A directory as it is looked up. */
export type LineageRow = Selectable<
  Pick<NodeTable, 'id' | 'path' | 'name' | 'series_id' | 'hidden' | 'created_ms' | 'modified_ms'>
> & {
  /** Null where no lock is set exactly here. */
  readonly locked_ms: number | null;
};

/**
 * The directories that exist among those above `path` and itself, the root first; none where one of
 * them is hidden or locked.
 */
export async function lineageOf(session: Session, path: string): Promise<readonly LineageRow[]> {
  const rows = await wholeLineage(session, path);
  return rows.some((row) => row.hidden === 1 || isLocked(row)) ? [] : rows;
}

/** Whether a lock is set exactly on that directory. */
export function isLocked({ locked_ms }: LineageRow): boolean {
  return locked_ms !== null;
}

/** As `lineageOf`, whatever is hidden or locked. */
export async function wholeLineage(session: Session, path: string): Promise<readonly LineageRow[]> {
  const rows = await session
    .selectFrom('node')
    .leftJoin('lock', 'lock.path', 'node.path')
    .select(['id', 'node.path', 'name', 'series_id', 'hidden'])
    .select(['created_ms', 'modified_ms', 'locked_ms'])
    .where('node.path', 'in', ancestry(path).slice(0, depthMax))
    .execute();
  // Of one line of ancestors a longer path is a nearer one.
  return rows.sort((a, b) => a.path.length - b.path.length);
}

/** Path of the entry `name` in the directory `parent`. */
export function childPath(parent: string, name: string): string {
  return parent === '/' ? `/${name}` : `${parent}/${name}`;
}

/** Get a directory's id, making it if it is not there. */
export async function ensureNode(
  session: Session,
  wanted: Pick<NodeTable, 'kind' | 'name'> & {
    readonly parent: { readonly id: number; readonly path: string } | undefined;
    readonly nowMs: number;
  },
): Promise<{ readonly id: number; readonly path: string; readonly made: boolean }> {
  const { parent, kind, name, nowMs } = wanted;
  const path = parent === undefined ? '/' : childPath(parent.path, name);
  const known = await session
    .selectFrom('node')
    .select('id')
    .where('path', '=', path)
    .executeTakeFirst();
  if (known !== undefined) return { id: known.id, path, made: false };
  const values = { kind, name, path, parent_id: parent?.id ?? null };
  const made = await session
    .insertInto('node')
    .values({ ...values, series_id: null, hidden: 0, created_ms: nowMs, modified_ms: nowMs })
    .returning('id')
    .executeTakeFirstOrThrow();
  if (parent !== undefined) await gainEntry(session, parent.id, nowMs);
  return { id: made.id, path, made: true };
}

/** A directory has one entry more: it changed, and is shown if there was nothing in it to see. */
async function gainEntry(session: Session, id: number, nowMs: number): Promise<void> {
  const { kind, hidden } = await session
    .updateTable('node')
    .set({ modified_ms: nowMs })
    .where('id', '=', id)
    .returning(['kind', 'hidden'])
    .executeTakeFirstOrThrow();
  if (isPart(kind) && hidden === 1) await setHidden(session, id, { hidden: false, nowMs });
}

/** Note that a directory's entries changed. */
export async function touchNode(session: Session, id: number, nowMs: number): Promise<void> {
  await session.updateTable('node').set({ modified_ms: nowMs }).where('id', '=', id).execute();
}

/** Remove a directory, and its study and patient if nothing is left in them. */
export async function removeNode(session: Session, id: number, nowMs: number): Promise<void> {
  const { kind, parent_id } = await kinOf(session, id);
  if (!isPart(kind) || (await hasChild(session, id))) {
    await touchNode(session, id, nowMs);
    if (isPart(kind)) await showIfFilled(session, id, nowMs);
    return;
  }
  await session.deleteFrom('node').where('id', '=', id).execute();
  if (parent_id !== null) await removeNode(session, parent_id, nowMs);
}

/** Hide a directory with all that is below it, or show it again; its study and patient follow. */
export async function setHidden(
  session: Session,
  id: number,
  change: { readonly hidden: boolean; readonly nowMs: number },
): Promise<void> {
  const values = { hidden: Number(change.hidden), modified_ms: change.nowMs };
  await session.updateTable('node').set(values).where('id', '=', id).execute();
  const { parent_id } = await kinOf(session, id);
  if (parent_id === null) return;
  await touchNode(session, parent_id, change.nowMs);
  await showIfFilled(session, parent_id, change.nowMs);
}

/** A study or patient is shown as long as something in it is. */
async function showIfFilled(session: Session, id: number, nowMs: number): Promise<void> {
  const { kind, hidden } = await kinOf(session, id);
  if (!isPart(kind)) return;
  const isEmpty = !(await hasChild(session, id, { visible: true }));
  if (isEmpty !== (hidden === 1)) await setHidden(session, id, { hidden: isEmpty, nowMs });
}

function isPart(kind: NodeTable['kind']): boolean {
  return kind === 'series' || kind === 'study' || kind === 'patient';
}

function kinOf(
  session: Session,
  id: number,
): Promise<Pick<NodeTable, 'parent_id' | 'kind' | 'hidden'>> {
  return session
    .selectFrom('node')
    .select(['parent_id', 'kind', 'hidden'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
}

async function hasChild(
  session: Session,
  id: number,
  { visible = false }: { readonly visible?: boolean } = {},
): Promise<boolean> {
  let query = session.selectFrom('node').select('id').where('parent_id', '=', id);
  if (visible) query = query.where('hidden', '=', 0);
  return (await query.limit(1).executeTakeFirst()) !== undefined;
}
