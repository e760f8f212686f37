import type { Transaction } from 'kysely';
import type { Database } from '../../db/index.ts';
import type { Departure } from './clinical-index.ts';
import type { IndexSchema } from './schema.ts';

type Tx = Transaction<IndexSchema>;

/** Departures in one transaction: some 50 ms. */
const restoredAtOnce = 200;

/** What went while this index was another one is gone here too. Nothing is told: the catalog knows. */
export async function restoreDepartures(
  db: Database<IndexSchema>,
  collection: string,
  departures: readonly Departure[],
): Promise<void> {
  for (let at = 0; at < departures.length; at += restoredAtOnce)
    await db.transaction(async (tx) => {
      for (const departure of departures.slice(at, at + restoredAtOnce))
        await restoreDeparture(tx, collection, departure);
    });
}

async function restoreDeparture(tx: Tx, collection: string, departure: Departure): Promise<void> {
  const { withdrawn, hidden } = departure;
  if (withdrawn !== undefined) await bar(tx, collection, { ...departure, reason: withdrawn });
  else if (hidden !== undefined) await hide(tx, collection, departure);
}

/** Whatever has an entry there is barred by its name, and what is named whole without one. */
async function bar(
  tx: Tx,
  collection: string,
  departure: Departure & { readonly reason: string },
): Promise<void> {
  const { subject, study, series, reason } = departure;
  const rows = await entriesBelow(tx, collection, departure).execute();
  const isWhole = study !== undefined && series !== undefined;
  const own = isWhole ? [{ patient_name: subject, study_name: study, series_name: series }] : [];
  const barred = (rows.length > 0 ? rows : own).map((names) => ({ collection, ...names, reason }));
  if (barred.length === 0) return;
  await tx
    .insertInto('withdrawn')
    .values(barred)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await tx
    .deleteFrom('entry')
    .where('collection', '=', collection)
    .where(
      'series_name',
      'in',
      barred.map(({ series_name }) => series_name),
    )
    .where('patient_name', '=', subject)
    .execute();
}

/** As the last review that the catalog heard of found it; the next one may show it again. */
async function hide(tx: Tx, collection: string, departure: Departure): Promise<void> {
  const { series, hidden } = departure;
  if (series === undefined) return;
  const names = await entriesBelow(tx, collection, departure).execute();
  if (names.length === 0) return;
  await tx
    .updateTable('entry')
    .set({ state: hidden === 'conflict' ? 'conflict' : 'hidden', leaving: 0 })
    .where('collection', '=', collection)
    .where('series_name', '=', series)
    .where('state', '=', 'shown')
    .execute();
}

function entriesBelow(tx: Tx, collection: string, { subject, study, series }: Departure) {
  let rows = tx
    .selectFrom('entry')
    .select(['patient_name', 'study_name', 'series_name'])
    .where('collection', '=', collection)
    .where('patient_name', '=', subject);
  if (study !== undefined) rows = rows.where('study_name', '=', study);
  if (series !== undefined) rows = rows.where('series_name', '=', series);
  return rows;
}
