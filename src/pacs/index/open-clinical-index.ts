import { type Database, openSqlite } from '../../db/index.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import type { ClinicalIndex, OfferedCollection } from './clinical-index.ts';
import { namesOf, StoredEntries } from './collection-entries.ts';
import { type HoldingPorts, recordHolding } from './holdings.ts';
import type { IndexCipher } from './index-cipher.ts';
import { createListMemory } from './longest-lists.ts';
import { createOutbox, putIntoOutbox } from './outbox-store.ts';
import { RecallTarget } from './recall-target.ts';
import { restoreDepartures } from './restore-departures.ts';
import { type IndexSchema, indexMigrations } from './schema.ts';
import { SealedRecords } from './sealed-records.ts';
import { createStatedFiles } from './stated-files.ts';

/** Open the clinical index at `path`; `:memory:` for tests. @throws DB_* */
export async function openClinicalIndex(options: {
  readonly path: string;
  readonly cipher: IndexCipher;
  readonly clock: Clock;
  readonly random: Random;
}): Promise<ClinicalIndex> {
  const { path, cipher, clock, random } = options;
  const db = await openSqlite<IndexSchema>({ path, migrations: indexMigrations });
  const records = new SealedRecords(cipher);
  const ports: HoldingPorts = { db, cipher, records, clock };
  return {
    lists: createListMemory(db),
    outbox: createOutbox(db),
    record: (pacs, found) => recordHolding(ports, pacs, found),
    entries: (collection) => new StoredEntries(ports, collection),
    offered: () => offered(db),
    async offer(collection, change) {
      await db.transaction(async (tx) => {
        const { site, isHidden } = collection;
        const known = { site, hidden: Number(isHidden) };
        const fresh = { digest: new Uint8Array(0), reviewed: 0, unseen: '[]' };
        await tx
          .insertInto('recipe')
          .values({ collection: collection.collection, ...known, ...fresh })
          .onConflict((conflict) => conflict.column('collection').doUpdateSet(known))
          .execute();
        await putIntoOutbox(tx, [change]);
      });
    },
    async hasNames(collection) {
      const query = db.query.selectFrom('minted_name').select('name');
      const named = await query.where('collection', '=', collection).limit(1).executeTakeFirst();
      return named !== undefined;
    },
    files: createStatedFiles(db, random),
    recallTarget: (collection, seriesName) => recallTarget(ports, { collection, seriesName }),
    restore: (collection, departures) => restoreDepartures(db, collection, departures),
    close: () => db.close(),
  };
}

async function offered(db: Database<IndexSchema>): Promise<readonly OfferedCollection[]> {
  const rows = await db.query
    .selectFrom('recipe')
    .select(['collection', 'site', 'hidden'])
    .orderBy('collection')
    .execute();
  return rows.map(({ collection, site, hidden }) => ({ collection, site, isHidden: hidden === 1 }));
}

async function recallTarget(
  { db, records }: HoldingPorts,
  at: { readonly collection: string; readonly seriesName: string },
): Promise<RecallTarget | undefined> {
  const entry = await db.query
    .selectFrom('entry')
    .select(['lookup', 'patient_name', 'study_name', 'series_name', 'sealed'])
    .where('collection', '=', at.collection)
    .where('series_name', '=', at.seriesName)
    .where('state', '=', 'shown')
    .executeTakeFirst();
  if (entry === undefined) return undefined;
  const rows = await db.query
    .selectFrom('series')
    .select(['pacs', 'lookup', 'content', 'sealed'])
    .where('lookup', '=', entry.lookup)
    .orderBy('id')
    .execute();
  const [first] = rows;
  if (first === undefined) return undefined;
  const { studyInstanceUid, seriesInstanceUid } = records.openSeries(first);
  return new RecallTarget({
    archives: rows.map(({ pacs }) => pacs),
    names: namesOf(entry),
    series: { studyInstanceUid, seriesInstanceUid },
    instances: records.openInstances(at, entry.sealed),
  });
}
