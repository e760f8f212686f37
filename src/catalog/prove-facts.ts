import { type SeriesFacts, seriesFacts } from '../facts/index.ts';
import { assert } from '../lib/assert.ts';
import type { SeriesId } from './catalog.ts';
import type { Session } from './context.ts';
import { metadataValues } from './metadata-values.ts';

/** `a-<H>`: no text of a header can be one by chance. */
const groupName = /^a-[0-9a-z]{16}$/;

/** Enter what the headers of a series prove, instead of what was. */
export async function proveFacts(tx: Session, series: SeriesId, facts: SeriesFacts): Promise<void> {
  for (const [name, value] of Object.entries(facts)) {
    assert(Object.hasOwn(seriesFacts, name), 'a fact of a series');
    const isOfForm = typeof value === 'string' ? groupName.test(value) : Number.isInteger(value);
    assert(isOfForm, 'a fact is a name of the collection or a count');
  }
  const known = await tx
    .selectFrom('series')
    .select('id')
    .where('id', '=', series)
    .where('node_id', 'is not', null)
    .executeTakeFirst();
  if (known === undefined) return;
  await forgetFacts(tx, series);
  const rows = metadataValues(facts).map((value) => ({ series_id: series, proven: 1, ...value }));
  if (rows.length > 0) await tx.insertInto('metadata').values(rows).execute();
}

/** The series is not what it was when its headers were read. */
export async function forgetFacts(tx: Session, series: number): Promise<void> {
  await tx.deleteFrom('metadata').where('series_id', '=', series).where('proven', '=', 1).execute();
}
