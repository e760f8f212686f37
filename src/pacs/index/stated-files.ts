import { sql, type Transaction } from 'kysely';
import type { Database } from '../../db/index.ts';
import { toHex } from '../../lib/bytes/bytes.ts';
import type { Random } from '../../lib/random.ts';
import type { EntryNames } from './clinical-index.ts';
import { indexErrors } from './errors.ts';
import type { IndexSchema } from './schema.ts';

/** Where the files of a series stand. */
export interface StatedSeries extends EntryNames {
  readonly collection: string;
}

/** What is minted beside the name of a file. */
export interface MintedFile {
  /** Random, 32 hex digits. */
  readonly guid: string;
  /** Number of the newest version that was stated; 0 before the first. */
  readonly version: number;
}

/**
 * GUIDs, minted beside the names of files, and how many versions of each were stated. What the
 * clinical side states of a file it takes from here, never from the computing side.
 * @throws DB_*
 */
export interface StatedFiles {
  /**
   * Number of the state that a series is in: its list of instances, and the recipe that its files are
   * made by. Undefined where the series is not shown.
   * @param recipe digest of all that decides about bytes beside the instances
   */
  state(series: StatedSeries, recipe: string): Promise<number | undefined>;
  /** What was minted for files of a series; those that were never asked for get a GUID. Durable. */
  mint(series: StatedSeries, files: readonly string[]): Promise<ReadonlyMap<string, MintedFile>>;
  /**
   * A version is about to be stated: its number is taken for ever. Durable.
   * @throws INDEX_VERSION_STATED when the number is not a new one
   */
  take(series: StatedSeries, file: string, version: number): Promise<void>;
  /**
   * Mint all GUIDs anew: after a restore nobody knows which numbers were taken since.
   */
  renew(): Promise<void>;
}

/** Over the database. */
export function createStatedFiles(db: Database<IndexSchema>, random: Random): StatedFiles {
  return {
    state: (series, recipe) => db.transaction((tx) => stateOf(tx, series, recipe)),
    mint: (series, files) => db.transaction((tx) => mint(tx, { series, files, random })),
    async take({ collection, patientName, studyName, seriesName }, file, version) {
      const { numUpdatedRows } = await db.query
        .updateTable('minted_file')
        .set({ version })
        .where('collection', '=', collection)
        .where('patient_name', '=', patientName)
        .where('study_name', '=', studyName)
        .where('series_name', '=', seriesName)
        .where('file', '=', file)
        .where('version', '<', version)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) throw indexErrors.create('INDEX_VERSION_STATED');
    },
    async renew() {
      await db.query.deleteFrom('minted_file').execute();
    },
  };
}

async function stateOf(
  tx: Transaction<IndexSchema>,
  { collection, patientName, studyName, seriesName }: StatedSeries,
  recipe: string,
): Promise<number | undefined> {
  const entry = await tx
    .selectFrom('entry')
    .select(['state_number', 'file_recipe'])
    .where('collection', '=', collection)
    .where('series_name', '=', seriesName)
    .where('study_name', '=', studyName)
    .where('patient_name', '=', patientName)
    .where('state', '=', 'shown')
    .executeTakeFirst();
  if (entry === undefined || entry.file_recipe === recipe) return entry?.state_number;
  const state = entry.file_recipe === '' ? entry.state_number : entry.state_number + 1;
  await tx
    .updateTable('entry')
    .set({ state_number: state, file_recipe: recipe })
    .where('collection', '=', collection)
    .where('series_name', '=', seriesName)
    .execute();
  return state;
}

/** Two statements whatever their number: the files travel as one JSON text. */
async function mint(
  tx: Transaction<IndexSchema>,
  minting: {
    readonly series: StatedSeries;
    readonly files: readonly string[];
    readonly random: Random;
  },
): Promise<ReadonlyMap<string, MintedFile>> {
  const { series, files, random } = minting;
  const { collection, patientName, studyName, seriesName } = series;
  const guids = toHex(random.bytes(16 * files.length));
  const rows = files.map((file, index) => [file, guids.slice(32 * index, 32 * index + 32)]);
  const wanted = JSON.stringify(rows);
  await sql`
    INSERT INTO minted_file (collection, series_name, study_name, patient_name, file, guid, version)
    SELECT ${collection}, ${seriesName}, ${studyName}, ${patientName}, value ->> 0, value ->> 1, 0
    FROM json_each(${wanted}) WHERE true
    ON CONFLICT DO NOTHING`.execute(tx);
  const found = await tx
    .selectFrom('minted_file')
    .select(['file', 'guid', 'version'])
    .where('collection', '=', collection)
    .where('series_name', '=', seriesName)
    .where('study_name', '=', studyName)
    .where('patient_name', '=', patientName)
    .where(sql<boolean>`file IN (SELECT value ->> 0 FROM json_each(${wanted}))`)
    .execute();
  return new Map(found.map(({ file, guid, version }) => [file, { guid, version }]));
}
