import { sql, type Transaction } from 'kysely';
import { present } from '../../lib/assert.ts';
import { toHex } from '../../lib/bytes/bytes.ts';
import type { SeriesHolding, SeriesNames } from './clinical-index.ts';
import { indexErrors } from './errors.ts';
import type { IndexCipher } from './index-cipher.ts';
import type { IndexSchema } from './schema.ts';

/**
 * Names are minted once: the same name for another thing is refused, never merged. Two statements
 * whatever their number: the names travel as one JSON text.
 * @throws INDEX_NAME_COLLISION
 */
export async function mintNames(
  tx: Transaction<IndexSchema>,
  cipher: IndexCipher,
  minting: {
    readonly collection: string;
    readonly names: SeriesNames;
    readonly holding: SeriesHolding;
  },
): Promise<void> {
  const { collection, names, holding } = minting;
  const minted = mintedNames(cipher, names, holding);
  const rows = JSON.stringify(minted.map(([name, lookup]) => [name, toHex(lookup)]));
  await sql`
    INSERT INTO minted_name (collection, name, lookup)
    SELECT ${collection}, value ->> 0, unhex(value ->> 1) FROM json_each(${rows}) WHERE true
    ON CONFLICT (collection, name) DO NOTHING`.execute(tx);
  // CROSS JOIN: look each new name up, instead of walking all names there are.
  const taken = await sql`
    SELECT 1 FROM json_each(${rows})
    CROSS JOIN minted_name ON minted_name.collection = ${collection} AND minted_name.name = value ->> 0
    WHERE minted_name.lookup <> unhex(value ->> 1) LIMIT 1`.execute(tx);
  if (taken.rows.length > 0) throw indexErrors.create('INDEX_NAME_COLLISION');
}

/** Each name with a digest of what it stands for. */
function mintedNames(
  cipher: IndexCipher,
  names: SeriesNames,
  holding: SeriesHolding,
): readonly (readonly [string, Uint8Array])[] {
  const { subjectKey, studyInstanceUid, seriesInstanceUid } = holding;
  return [
    [names.patientName, cipher.lookup('name-patient', [subjectKey])],
    [names.studyName, cipher.lookup('name-study', [studyInstanceUid])],
    [names.seriesName, cipher.lookup('name-series', [studyInstanceUid, seriesInstanceUid])],
    ...holding.instances.map(({ sopInstanceUid }, index): [string, Uint8Array] => [
      present(names.instanceNames[index], 'a name for each instance'),
      cipher.lookup('name-instance', [seriesInstanceUid, sopInstanceUid]),
    ]),
  ];
}
