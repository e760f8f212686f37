import { sql } from 'kysely';
import type { CatalogKeyChanges, EntryPlace, KeyChange } from './catalog.ts';
import type { CatalogContext, Session } from './context.ts';
import { whyLocked } from './note-place.ts';
import { restorePlace } from './restore-places.ts';

/** Places in one transaction: some 50 ms. */
const restoredAtOnce = 200;

/** What the key servers have still to be told, over the database. */
export function createKeyChanges({ db, clock }: CatalogContext): CatalogKeyChanges {
  return {
    async restore(site, places) {
      const nowMs = clock.nowMs();
      for (let at = 0; at < places.length; at += restoredAtOnce)
        await db.transaction(async (tx) => {
          for (const place of places.slice(at, at + restoredAtOnce))
            await restorePlace(tx, { ...place, site, nowMs });
        });
    },
    pending: (limit) => pending(db.query, limit),
    async told(changes) {
      const ids = changes.map(({ id }) => id);
      await db.query.deleteFrom('key_change').where('id', 'in', ids).execute();
    },
    async destroyUnused(keyIds) {
      await sql`
        INSERT INTO key_change (key_id)
        SELECT value FROM json_each(${JSON.stringify(keyIds)})
        WHERE NOT EXISTS (SELECT 1 FROM version WHERE key_id = value)
        ON CONFLICT (key_id) DO NOTHING`.execute(db.query);
    },
  };
}

async function pending(session: Session, limit: number): Promise<readonly KeyChange[]> {
  const rows = await session
    .selectFrom('key_change')
    .selectAll()
    .orderBy('id')
    .limit(limit)
    .execute();
  const changes: KeyChange[] = [];
  for (const { id, key_id, path, destroyed } of rows) {
    if (path === null) changes.push({ id, kind: 'unused', keyId: key_id ?? '' });
    else
      changes.push({
        id,
        kind: 'place',
        place: placeOf(path),
        hidden: await whyHidden(session, path),
        locked: await whyLocked(session, path),
        destroyed: destroyed ?? undefined,
      });
  }
  return changes;
}

function placeOf(path: string): EntryPlace {
  const [, , collection = '', subject, study, series, stem] = path.split('/');
  return {
    collection,
    ...(subject === undefined ? {} : { subject }),
    ...(study === undefined ? {} : { study }),
    ...(series === undefined ? {} : { series }),
    ...(stem === undefined ? {} : { stem }),
  };
}

/** Studies and patients are hidden with the last of their series, which are told of themselves. */
async function whyHidden(session: Session, path: string): Promise<string | undefined> {
  const node = await session
    .selectFrom('node')
    .leftJoin('series', 'series.id', 'node.series_id')
    .select(['hidden', 'conflict'])
    .where('path', '=', path)
    .where('kind', 'in', ['collection', 'series'])
    .executeTakeFirst();
  if (node?.hidden === 1) return 'hidden';
  return node?.conflict === 1 ? 'conflict' : undefined;
}
