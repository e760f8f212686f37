import { sql, type Transaction } from 'kysely';
import { type Database, openSqlite } from '../../db/index.ts';
import { type DataSet, decodeDataSet, encodeDataSet, transferSyntax } from '../../dicom/index.ts';
import { identify } from '../../flow/mint/identified.ts';
import { reveal } from '../../flow/mint/reveal.ts';
import { present } from '../../lib/assert.ts';
import { equalBytes, toHex } from '../../lib/bytes/bytes.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ListMemory } from '../lists/list-memory.ts';
import type {
  ClinicalIndex,
  SeriesHolding,
  SeriesIdentities,
  SeriesNames,
  UnannouncedSeries,
} from './clinical-index.ts';
import { createFilterMatch } from './collection-filter.ts';
import { indexErrors } from './errors.ts';
import { type FoundIdentity, identityOf, mergedRecord } from './found-identity.ts';
import type { IndexCipher } from './index-cipher.ts';
import { indexLimits } from './limits.ts';
import { createListMemory } from './longest-lists.ts';
import type { CatalogChangeText } from './outbox.ts';
import { type NamedInstance, RecallTarget } from './recall-target.ts';
import { type IndexSchema, indexMigrations } from './schema.ts';
import { subjectLookup } from './subject.ts';

/** What of a series rests encrypted. */
interface SealedSeries extends Omit<FoundIdentity, 'instances'> {
  readonly subjectKey: string;
  readonly instances: SeriesHolding['instances'];
  /** Explicit VR little endian, base64. */
  readonly record: string;
}

/** What of an announcement rests encrypted. */
interface SealedAnnouncement {
  readonly subjectName: string;
  readonly instances: readonly NamedInstance[];
}

/** Open the clinical index at `path`; `:memory:` for tests. */
export async function openClinicalIndex(options: {
  readonly path: string;
  readonly cipher: IndexCipher;
  readonly clock: Clock;
}): Promise<ClinicalIndex> {
  const db = await openSqlite<IndexSchema>({ path: options.path, migrations: indexMigrations });
  return new SqliteClinicalIndex(db, options.cipher, options.clock);
}

class SqliteClinicalIndex implements ClinicalIndex {
  readonly lists: ListMemory;
  readonly #db: Database<IndexSchema>;
  readonly #cipher: IndexCipher;
  readonly #clock: Clock;

  constructor(db: Database<IndexSchema>, cipher: IndexCipher, clock: Clock) {
    this.lists = createListMemory(db);
    this.#db = db;
    this.#cipher = cipher;
    this.#clock = clock;
  }

  async record(
    pacs: string,
    found: Parameters<ClinicalIndex['record']>[1],
  ): Promise<'new' | 'changed' | 'known'> {
    const answers = reveal(found);
    const identity = identityOf(answers);
    const { studyInstanceUid, seriesInstanceUid, instances } = identity;
    const subject = subjectLookup(this.#cipher, pacs, identity);
    const subjectKey = toHex(subject);
    const lookup = this.#cipher.lookup('series', [studyInstanceUid, seriesInstanceUid]);
    const content = this.#contentOf({ subjectKey, instances });
    const nowMs = this.#clock.nowMs();
    const before = await this.#db.query
      .selectFrom('series')
      .select(['id', 'content', 'seen_ms'])
      .where('pacs', '=', pacs)
      .where('lookup', '=', lookup)
      .executeTakeFirst();
    const isSame = before !== undefined && equalBytes(before.content, content);
    // A walk over an archive that did not change hardly writes.
    if (isSame && nowMs - before.seen_ms < indexLimits.seenGrainMs) return 'known';
    const sealed: SealedSeries = {
      ...identity,
      subjectKey,
      record: encodeRecord(mergedRecord(answers)),
    };
    const row = {
      pacs,
      lookup,
      content,
      sealed: this.#cipher.seal(sealed, place('series', pacs, lookup)),
      seen_ms: nowMs,
    };
    await this.#db.transaction(async (tx) => {
      const subjectId = await this.#subject(tx, subject, identity);
      await tx
        .insertInto('series')
        .values({ ...row, subject_id: subjectId })
        .onConflict((conflict) =>
          conflict.columns(['pacs', 'lookup']).doUpdateSet({ ...row, subject_id: subjectId }),
        )
        .execute();
    });
    if (before === undefined) return 'new';
    return isSame ? 'known' : 'changed';
  }

  async *unannounced(
    collection: string,
    filter: Parameters<ClinicalIndex['unannounced']>[1],
  ): AsyncGenerator<UnannouncedSeries> {
    const matches = createFilterMatch(filter);
    let after = 0;
    for (;;) {
      const rows = await this.#db.query
        .selectFrom('series')
        .leftJoin('announced', (join) =>
          join
            .onRef('announced.series_id', '=', 'series.id')
            .on('announced.collection', '=', collection),
        )
        .select(['series.id', 'series.pacs', 'series.lookup', 'series.sealed'])
        .select(['announced.series_name', 'announced.sealed as names'])
        .where('series.id', '>', after)
        .where((where) =>
          where.or([
            where('announced.series_id', 'is', null),
            where('announced.content', '!=', where.ref('series.content')),
          ]),
        )
        .orderBy('series.id')
        .limit(indexLimits.pageSeries)
        .execute();
      for (const row of rows) {
        const holding = this.#holding(row);
        if (matches(holding)) {
          yield {
            seriesId: row.id,
            formerSubjectName: this.#subjectNameOf(collection, row),
            holding: identify(holding),
            identities: identitiesOf(holding),
            record: identify(holding.record),
          };
        }
        after = row.id;
      }
      if (rows.length < indexLimits.pageSeries) return;
    }
  }

  announce(announcement: Parameters<ClinicalIndex['announce']>[0]): Promise<void> {
    const { collection, names } = announcement;
    const { seriesId } = announcement.series;
    const holding = reveal(announcement.series.holding);
    const sealed: SealedAnnouncement = {
      subjectName: names.patientName,
      instances: holding.instances.map((instance, index) => ({
        ...instance,
        name: present(names.instanceNames[index], 'a name for each instance'),
      })),
    };
    const announced = {
      collection,
      series_id: seriesId,
      series_name: names.seriesName,
      content: this.#contentOf(holding),
      sealed: this.#cipher.seal(sealed, announcementPlace(collection, names.seriesName)),
    };
    return this.#db.transaction(async (tx) => {
      await this.#mintAll(tx, collection, names, holding);
      await tx
        .insertInto('announced')
        .values(announced)
        .onConflict((conflict) =>
          conflict
            .columns(['collection', 'series_id'])
            .doUpdateSet({ content: announced.content, sealed: announced.sealed }),
        )
        .execute();
      await tx.insertInto('outbox').values({ change_json: announcement.change }).execute();
    });
  }

  async post(change: CatalogChangeText): Promise<void> {
    await this.#db.query.insertInto('outbox').values({ change_json: change }).execute();
  }

  async outbox(sequence: number, limit: number): ReturnType<ClinicalIndex['outbox']> {
    const rows = await this.#db.query
      .selectFrom('outbox')
      .selectAll()
      .where('sequence', '>', sequence)
      .orderBy('sequence')
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      sequence: row.sequence,
      change: row.change_json as CatalogChangeText,
    }));
  }

  align(applied: number): Promise<'continued' | 'restarted'> {
    return this.#db.transaction(async (tx) => {
      await tx.deleteFrom('outbox').where('sequence', '<=', applied).execute();
      const first = await tx
        .selectFrom('outbox')
        .select((select) => select.fn.min('sequence').as('sequence'))
        .executeTakeFirst();
      // A sequence that was given is never given again, also when its row is gone.
      const { rows } = await sql<{
        seq: number;
      }>`SELECT seq FROM sqlite_sequence WHERE name = 'outbox'`.execute(tx);
      const next = first?.sequence ?? (rows[0]?.seq ?? 0) + 1;
      if (next === applied + 1) return 'continued';
      await tx.deleteFrom('outbox').execute();
      await sql`DELETE FROM sqlite_sequence WHERE name = 'outbox'`.execute(tx);
      await sql`INSERT INTO sqlite_sequence (name, seq) VALUES ('outbox', ${applied})`.execute(tx);
      await tx
        .updateTable('announced')
        .set({ content: new Uint8Array(0) })
        .execute();
      return 'restarted';
    });
  }

  async hasNames(collection: string): Promise<boolean> {
    const query = this.#db.query.selectFrom('minted_name').select('name');
    const named = await query.where('collection', '=', collection).limit(1).executeTakeFirst();
    return named !== undefined;
  }

  async recallTarget(collection: string, seriesName: string): Promise<RecallTarget | undefined> {
    const row = await this.#db.query
      .selectFrom('announced')
      .innerJoin('series', 'series.id', 'announced.series_id')
      .select(['announced.sealed as names', 'series.sealed', 'series.pacs', 'series.lookup'])
      .where('announced.collection', '=', collection)
      .where('announced.series_name', '=', seriesName)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const announcement = this.#cipher.open(
      row.names,
      announcementPlace(collection, seriesName),
    ) as SealedAnnouncement;
    const series = this.#cipher.open(
      row.sealed,
      place('series', row.pacs, row.lookup),
    ) as SealedSeries;
    return new RecallTarget({
      pacs: row.pacs,
      subjectName: announcement.subjectName,
      series: {
        studyInstanceUid: series.studyInstanceUid,
        seriesInstanceUid: series.seriesInstanceUid,
      },
      instances: announcement.instances,
    });
  }

  close(): Promise<void> {
    return this.#db.close();
  }

  async #subject(
    tx: Transaction<IndexSchema>,
    lookup: Uint8Array,
    identity: FoundIdentity,
  ): Promise<number> {
    const known = await tx
      .selectFrom('subject')
      .select('id')
      .where('lookup', '=', lookup)
      .executeTakeFirst();
    if (known !== undefined) return known.id;
    const sealed = this.#cipher.seal(
      { patientId: identity.patientId, issuer: identity.issuer },
      place('subject', '', lookup),
    );
    const added = await tx
      .insertInto('subject')
      .values({ lookup, sealed })
      .returning('id')
      .executeTakeFirstOrThrow();
    return added.id;
  }

  /**
   * Names are minted once: the same name for another thing is refused, never merged. Two statements
   * whatever their number: the names travel as one JSON text.
   */
  async #mintAll(
    tx: Transaction<IndexSchema>,
    collection: string,
    names: SeriesNames,
    holding: SeriesHolding,
  ): Promise<void> {
    const { studyInstanceUid, seriesInstanceUid } = holding;
    const minted: [string, Uint8Array][] = [
      [names.patientName, this.#cipher.lookup('name-patient', [holding.subjectKey])],
      [names.studyName, this.#cipher.lookup('name-study', [studyInstanceUid])],
      [names.seriesName, this.#cipher.lookup('name-series', [studyInstanceUid, seriesInstanceUid])],
    ];
    for (const [index, { sopInstanceUid }] of holding.instances.entries()) {
      minted.push([
        present(names.instanceNames[index], 'a name for each instance'),
        this.#cipher.lookup('name-instance', [seriesInstanceUid, sopInstanceUid]),
      ]);
    }
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

  #subjectNameOf(
    collection: string,
    row: { readonly series_name: string | null; readonly names: Uint8Array | null },
  ): string | undefined {
    if (row.series_name === null || row.names === null) return undefined;
    const at = announcementPlace(collection, row.series_name);
    return (this.#cipher.open(row.names, at) as SealedAnnouncement).subjectName;
  }

  #holding(row: { pacs: string; lookup: Uint8Array; sealed: Uint8Array }): SeriesHolding {
    const series = this.#cipher.open(
      row.sealed,
      place('series', row.pacs, row.lookup),
    ) as SealedSeries;
    return {
      pacs: row.pacs,
      subjectKey: series.subjectKey,
      patientId: series.patientId,
      studyInstanceUid: series.studyInstanceUid,
      seriesInstanceUid: series.seriesInstanceUid,
      instances: series.instances,
      record: decodeDataSet(
        Buffer.from(series.record, 'base64'),
        transferSyntax.ExplicitVRLittleEndian,
      ),
    };
  }

  /** Changes when the series grows, shrinks or is of somebody else. */
  #contentOf({
    subjectKey,
    instances,
  }: Pick<SeriesHolding, 'subjectKey' | 'instances'>): Uint8Array {
    const uids = instances.map((instance) => instance.sopInstanceUid);
    return this.#cipher.lookup('content', [subjectKey, ...uids.toSorted()]);
  }
}

function identitiesOf(holding: SeriesHolding): SeriesIdentities {
  const { seriesInstanceUid } = holding;
  return {
    subjectKey: identify(holding.subjectKey),
    studyInstanceUid: identify(holding.studyInstanceUid),
    series: identify(holding),
    instances: holding.instances.map(({ sopInstanceUid }) =>
      identify({ seriesInstanceUid, sopInstanceUid }),
    ),
  };
}

function place(table: string, pacs: string, lookup: Uint8Array): string {
  return `${table}:${pacs}:${toHex(lookup)}`;
}

function announcementPlace(collection: string, seriesName: string): string {
  return `announced:${collection}:${seriesName}`;
}

function encodeRecord(record: DataSet): string {
  return Buffer.from(encodeDataSet(record, transferSyntax.ExplicitVRLittleEndian)).toString(
    'base64',
  );
}
