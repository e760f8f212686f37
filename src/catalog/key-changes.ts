import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { CatalogKeyChanges, KeyChange } from './catalog.ts';
import type { CatalogContext, Session } from './context.ts';
import type { CatalogSchema } from './schema.ts';
import { isBelow, policyOf, wholeLineage } from './tree.ts';

/** What the key servers have still to be told, over the database. */
export function createKeyChanges({ db }: CatalogContext): CatalogKeyChanges {
  return {
    async pending(limit) {
      for (;;) {
        const changes = await pending(db.query, limit);
        if (changes.length > 0 || (await nextSweep(db.query)) === undefined) return changes;
        await db.transaction((tx) => sweepOnce(tx, limit));
      }
    },
    async told(changes) {
      const ids = changes.map(({ id }) => id);
      await db.query.deleteFrom('key_change').where('id', 'in', ids).execute();
    },
    async destroyUnused(keyIds) {
      await sql`
        INSERT INTO key_change (key_id, goal)
        SELECT value, 'destroyed' FROM json_each(${JSON.stringify(keyIds)})
        WHERE NOT EXISTS (SELECT 1 FROM version WHERE key_id = value)
        ON CONFLICT (key_id) DO NOTHING`.execute(db.query);
    },
  };
}

/** Note that the key servers must hear how all keys of a series are now. */
export function changeKeys(
  session: Session,
  seriesId: number,
  goal: 'mapped' | 'destroyed',
): Promise<void> {
  const keys = sql`SELECT v.key_id FROM file f JOIN version v ON v.file_id = f.id
    WHERE f.series_id = ${seriesId}`;
  return noteKeys(session, keys, goal);
}

/**
 * A key that is noted again gets a new number, so that who tells of it does not take the later
 * change for the one it told. What is destroyed stays so.
 */
async function noteKeys(
  session: Session,
  keys: RawBuilder<unknown>,
  goal: 'mapped' | 'destroyed',
): Promise<void> {
  await sql`
    INSERT OR REPLACE INTO key_change (key_id, goal)
    SELECT key_id, ${goal} FROM (${keys}) AS k WHERE NOT EXISTS (
      SELECT 1 FROM key_change d WHERE d.key_id = k.key_id AND d.goal = 'destroyed')`.execute(
    session,
  );
}

/** The key servers must hear how all keys at or below a path are now; a part at a time, later. */
export async function sweepKeys(
  session: Session,
  { path, fileId }: { readonly path: string; readonly fileId: number | null },
): Promise<void> {
  const start = { file_id: fileId, after_path: '', after_version: 0 };
  await session
    .insertInto('key_sweep')
    .values({ path, ...start })
    .onConflict((conflict) => conflict.column('path').doUpdateSet(start))
    .execute();
}

type Sweep = Selectable<CatalogSchema['key_sweep']>;

function nextSweep(session: Session): Promise<Sweep | undefined> {
  return session.selectFrom('key_sweep').selectAll().limit(1).executeTakeFirst();
}

/** Make the next `limit` keys of a sweep changes. */
async function sweepOnce(tx: Session, limit: number): Promise<void> {
  const sweep = await nextSweep(tx);
  if (sweep === undefined) return;
  const rows = await keysAfter(tx, sweep, limit);
  const keyIds = JSON.stringify(rows.map(({ key_id }) => key_id));
  await noteKeys(tx, sql`SELECT value AS key_id FROM json_each(${keyIds})`, 'mapped');
  const last = rows.length < limit ? undefined : rows.at(-1);
  if (last === undefined) {
    await tx.deleteFrom('key_sweep').where('path', '=', sweep.path).execute();
    return;
  }
  const after = { after_path: last.path, after_version: last.id };
  await tx.updateTable('key_sweep').set(after).where('path', '=', sweep.path).execute();
}

/** Series by series in the order of their paths, so that a step looks at no more than it takes. */
async function keysAfter(tx: Session, sweep: Sweep, limit: number) {
  const { path, file_id, after_path, after_version } = sweep;
  const isMeant = file_id === null ? isBelow('n.path', path) : sql`f.id = ${file_id}`;
  const { rows } = await sql<{ key_id: string; id: number; path: string }>`
    SELECT v.key_id, v.id, n.path
    FROM node n CROSS JOIN file f ON f.series_id = n.series_id JOIN version v ON v.file_id = f.id
    WHERE n.series_id IS NOT NULL AND n.path >= ${after_path}
      AND (n.path, v.id) > (${after_path}, ${after_version}) AND ${isMeant}
    ORDER BY n.path, v.id LIMIT ${limit}`.execute(tx);
  return rows;
}

/** How each key is now, whatever it was changed for: a later change is not undone by an earlier one. */
async function pending(session: Session, limit: number): Promise<readonly KeyChange[]> {
  const rows = await session
    .selectFrom('key_change')
    .leftJoin('version', 'version.key_id', 'key_change.key_id')
    .leftJoin('file', 'file.id', 'version.file_id')
    .leftJoin('series', 'series.id', 'file.series_id')
    .leftJoin('node', 'node.id', 'series.node_id')
    .leftJoin('lock', 'lock.file_id', 'file.id')
    .select(['key_change.id', 'key_change.key_id', 'goal', 'node.path', 'hidden', 'conflict'])
    .select('lock.path as lockedFile')
    .orderBy('key_change.id')
    .limit(limit)
    .execute();
  const places = new Map<string, Place>();
  for (const { path } of rows) {
    if (path !== null && !places.has(path)) places.set(path, await placeOf(session, path));
  }
  return rows.map(({ id, key_id, goal, path, hidden, conflict, lockedFile }) => {
    const place = path === null ? undefined : places.get(path);
    const isServed = hidden === 0 && conflict === 0 && lockedFile === null;
    const mapped = isServed && place?.isLocked === false ? 'open' : 'closed';
    const policyId = place?.policyId;
    return { id, keyId: key_id, goal: goal === 'destroyed' ? goal : mapped, policyId };
  });
}

interface Place {
  readonly policyId: string | undefined;
  /** By a lock that closes keys one by one. */
  readonly isLocked: boolean;
}

/** The policy that holds in a directory once nothing above it is hidden. */
async function placeOf(session: Session, path: string): Promise<Place> {
  const lineage = await wholeLineage(session, path);
  return { policyId: policyOf(lineage), isLocked: lineage.some(({ by_key }) => by_key === 1) };
}
