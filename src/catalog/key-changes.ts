import { sql } from 'kysely';
import type { CatalogKeyChanges, KeyChange } from './catalog.ts';
import type { CatalogContext, Session } from './context.ts';
import { attachedPolicy } from './tree.ts';

/** What the key servers have still to be told, over the database. */
export function createKeyChanges({ db }: CatalogContext): CatalogKeyChanges {
  return {
    pending: (limit) => pending(db.query, limit),
    told: (changes) =>
      db.transaction(async (tx) => {
        for (const [goal, keyIds] of byGoal(changes))
          await tx
            .deleteFrom('key_change')
            .where('goal', '=', goal)
            .where('key_id', 'in', keyIds)
            .execute();
      }),
    async destroyUnused(keyIds) {
      await sql`
        INSERT INTO key_change (key_id, goal)
        SELECT value, 'destroyed' FROM json_each(${JSON.stringify(keyIds)})
        WHERE NOT EXISTS (SELECT 1 FROM version WHERE key_id = value)
        ON CONFLICT (key_id) DO NOTHING`.execute(db.query);
    },
  };
}

/** Note that the key servers must hear of all keys of a series. What is destroyed stays so. */
export async function changeKeys(
  session: Session,
  seriesId: number,
  goal: KeyChange['goal'],
): Promise<void> {
  await sql`
    INSERT INTO key_change (key_id, goal)
    SELECT v.key_id, ${goal} FROM file f JOIN version v ON v.file_id = f.id
    WHERE f.series_id = ${seriesId}
    ON CONFLICT (key_id) DO UPDATE SET goal = excluded.goal WHERE goal <> 'destroyed'`.execute(
    session,
  );
}

function byGoal(changes: readonly KeyChange[]): ReadonlyMap<KeyChange['goal'], string[]> {
  const grouped = new Map<KeyChange['goal'], string[]>();
  for (const { keyId, goal } of changes) grouped.set(goal, [...(grouped.get(goal) ?? []), keyId]);
  return grouped;
}

async function pending(session: Session, limit: number): Promise<readonly KeyChange[]> {
  const rows = await session
    .selectFrom('key_change')
    .leftJoin('version', 'version.key_id', 'key_change.key_id')
    .leftJoin('file', 'file.id', 'version.file_id')
    .leftJoin('series', 'series.id', 'file.series_id')
    .leftJoin('node', 'node.id', 'series.node_id')
    .select(['key_change.key_id', 'goal', 'path'])
    .orderBy('key_change.id')
    .limit(limit)
    .execute();
  const policies = new Map<string, string | undefined>();
  for (const { path } of rows) {
    if (path !== null && !policies.has(path))
      policies.set(path, await attachedPolicy(session, path));
  }
  return rows.map(({ key_id, goal, path }) => ({
    keyId: key_id,
    goal,
    policyId: path === null ? undefined : policies.get(path),
  }));
}
