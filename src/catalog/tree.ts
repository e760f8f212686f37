import type { Selectable } from 'kysely';
import type { Session } from './context.ts';
import type { NodeTable } from './schema.ts';

/** Nothing lies deeper; a path of a thousand segments is not looked up. */
const depthMax = 16;

/** Paths of all directories above `path` and itself, the root first. */
export function ancestry(path: string): readonly string[] {
  const paths = ['/'];
  for (let slash = path.indexOf('/', 1); slash !== -1; slash = path.indexOf('/', slash + 1))
    paths.push(path.slice(0, slash));
  if (path !== '/') paths.push(path);
  return paths;
}

/** A directory as it is looked up. */
export type LineageRow = Selectable<
  Pick<NodeTable, 'id' | 'path' | 'name' | 'policy_id' | 'series_id' | 'created_ms' | 'modified_ms'>
>;

/** The directories that exist among those above `path` and itself, the root first. */
export async function lineageOf(session: Session, path: string): Promise<readonly LineageRow[]> {
  const rows = await session
    .selectFrom('node')
    .select(['id', 'path', 'name', 'policy_id', 'series_id', 'created_ms', 'modified_ms'])
    .where('path', 'in', ancestry(path).slice(0, depthMax))
    .execute();
  // Of one line of ancestors a longer path is a nearer one.
  return rows.sort((a, b) => a.path.length - b.path.length);
}

/** The policy that holds at the end of a line: the nearest one attached. */
export function policyOf(lineage: readonly LineageRow[]): string | undefined {
  return lineage.findLast((row) => row.policy_id !== null)?.policy_id ?? undefined;
}

/** The policy of a directory: its own, else that of its nearest ancestor that has one. */
export async function effectivePolicy(session: Session, path: string): Promise<string | undefined> {
  return policyOf(await lineageOf(session, path));
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
  const values = { kind, name, path, parent_id: parent?.id ?? null, policy_id: null };
  const made = await session
    .insertInto('node')
    .values({ ...values, series_id: null, created_ms: nowMs, modified_ms: nowMs })
    .returning('id')
    .executeTakeFirstOrThrow();
  if (parent !== undefined) await touchNode(session, parent.id, nowMs);
  return { id: made.id, path, made: true };
}

/** Note that a directory's entries changed. */
export async function touchNode(session: Session, id: number, nowMs: number): Promise<void> {
  await session.updateTable('node').set({ modified_ms: nowMs }).where('id', '=', id).execute();
}

/** Remove a directory, and its study and patient if nothing is left in them. */
export async function removeNode(session: Session, id: number, nowMs: number): Promise<void> {
  const node = await session
    .selectFrom('node')
    .select(['parent_id', 'kind'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  const isPart = node.kind === 'series' || node.kind === 'study' || node.kind === 'patient';
  if (!isPart || (await hasChildren(session, id))) {
    await touchNode(session, id, nowMs);
    return;
  }
  await session.deleteFrom('node').where('id', '=', id).execute();
  if (node.parent_id !== null) await removeNode(session, node.parent_id, nowMs);
}

async function hasChildren(session: Session, id: number): Promise<boolean> {
  const child = await session
    .selectFrom('node')
    .select('id')
    .where('parent_id', '=', id)
    .limit(1)
    .executeTakeFirst();
  return child !== undefined;
}
