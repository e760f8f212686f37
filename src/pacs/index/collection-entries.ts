import { sql, type Transaction } from 'kysely';
import { reveal } from '../../flow/mint/reveal.ts';
import { present } from '../../lib/assert.ts';
import type {
  Candidate,
  CollectionEntries,
  EntriesStatus,
  EntryNames,
  SeriesNames,
} from './clinical-index.ts';
import { CollectionReview } from './collection-review.ts';
import { indexErrors } from './errors.ts';
import type { HoldingPorts } from './holdings.ts';
import { mintNames } from './mint-names.ts';
import { putIntoOutbox } from './outbox-store.ts';
import type { IndexSchema } from './schema.ts';

type Tx = Transaction<IndexSchema>;

/** Spelled out, not bound: only so does the engine take the index of the few that leave. */
const isLeavingNow = sql<boolean>`leaving = 1`;

/** The series of one collection over the database. */
export class StoredEntries implements CollectionEntries {
  readonly #ports: HoldingPorts;
  readonly #collection: string;

  constructor(ports: HoldingPorts, collection: string) {
    this.#ports = ports;
    this.#collection = collection;
  }

  review(
    recipe: Parameters<CollectionEntries['review']>[0],
    part: Parameters<CollectionEntries['review']>[1] = {},
  ): Promise<CollectionReview> {
    const of = { collection: this.#collection, recipe, part };
    return CollectionReview.begin(this.#ports, of, (lookup) =>
      this.setFailure({ lookup }, 'INDEX_RECORD_DAMAGED'),
    );
  }

  announce(
    candidate: Candidate,
    { names, change }: Parameters<CollectionEntries['announce']>[1],
  ): Promise<void> {
    const collection = this.#collection;
    const { entry } = candidate;
    return this.#ports.db.transaction(async (tx) => {
      await this.#refuseWithdrawn(tx, names);
      const isMoved = entry !== undefined && entry.patientName !== names.patientName;
      if (isMoved) await this.#bar(tx, candidate, 'reassigned');
      const holding = reveal(candidate.holding);
      await mintNames(tx, this.#ports.cipher, { collection, names, holding });
      const row = this.#rowOf(candidate, names);
      await tx
        .insertInto('entry')
        .values({ collection, lookup: candidate.lookup, state_number: 1, file_recipe: '', ...row })
        .onConflict((conflict) =>
          conflict.columns(['collection', 'lookup']).doUpdateSet({
            ...row,
            state_number: sql`state_number + (content <> ${row.content})`,
          }),
        )
        .execute();
      await this.#forgetFailure(tx, candidate.lookup);
      await putIntoOutbox(tx, [change]);
    });
  }

  withdraw(
    candidate: Candidate,
    { reason, change }: Parameters<CollectionEntries['withdraw']>[1],
  ): Promise<void> {
    return this.#ports.db.transaction(async (tx) => {
      await this.#bar(tx, candidate, reason);
      await putIntoOutbox(tx, [change]);
    });
  }

  async holdBack(
    candidate: Candidate,
    change: Parameters<CollectionEntries['holdBack']>[1],
  ): Promise<void> {
    await this.#ports.db.transaction(async (tx) => {
      await tx
        .updateTable('entry')
        .set({ state: 'conflict' })
        .where('collection', '=', this.#collection)
        .where('lookup', '=', candidate.lookup)
        .execute();
      await putIntoOutbox(tx, [change]);
    });
  }

  async setLeaving(candidate: Candidate, isLeaving: boolean): Promise<void> {
    await this.#ports.db.query
      .updateTable('entry')
      .set({ leaving: Number(isLeaving) })
      .where('collection', '=', this.#collection)
      .where('lookup', '=', candidate.lookup)
      .execute();
  }

  async leaving(limit: number): Promise<readonly EntryNames[]> {
    const rows = await this.#ports.db.query
      .selectFrom('entry')
      .select(['patient_name', 'study_name', 'series_name'])
      .where('collection', '=', this.#collection)
      .where(isLeavingNow)
      .orderBy('study_name')
      .limit(limit)
      .execute();
    return rows.map(namesOf);
  }

  hide(entries: Parameters<CollectionEntries['hide']>[0]): Promise<void> {
    const names = entries.map(({ seriesName }) => seriesName);
    return this.#ports.db.transaction(async (tx) => {
      await tx
        .updateTable('entry')
        .set({ state: 'hidden', leaving: 0 })
        .where('collection', '=', this.#collection)
        .where('series_name', 'in', names)
        .execute();
      await putIntoOutbox(
        tx,
        entries.map(({ change }) => change),
      );
    });
  }

  async setFailure({ lookup }: Pick<Candidate, 'lookup'>, code: string | undefined): Promise<void> {
    const { db, clock } = this.#ports;
    const collection = this.#collection;
    if (code === undefined) {
      await db.transaction((tx) => this.#forgetFailure(tx, lookup));
      return;
    }
    await db.query
      .insertInto('failure')
      .values({ collection, lookup, code, since_ms: clock.nowMs() })
      .onConflict((conflict) => conflict.columns(['collection', 'lookup']).doUpdateSet({ code }))
      .execute();
  }

  async refused(seriesName: string, code: string): Promise<void> {
    const { db } = this.#ports;
    const entry = await db.query
      .selectFrom('entry')
      .select('lookup')
      .where('collection', '=', this.#collection)
      .where('series_name', '=', seriesName)
      .executeTakeFirst();
    if (entry === undefined) return;
    await db.query
      .updateTable('entry')
      .set({ content: new Uint8Array(0) })
      .where('collection', '=', this.#collection)
      .where('lookup', '=', entry.lookup)
      .execute();
    await this.setFailure(entry, code);
  }

  async unserved(after: string, limit: number): ReturnType<CollectionEntries['unserved']> {
    const rows = await this.#ports.db.query
      .selectFrom('entry')
      .select(['patient_name', 'study_name', 'series_name', 'state'])
      .where('collection', '=', this.#collection)
      .where('series_name', '>', after)
      .where('state', '!=', 'shown')
      .orderBy('series_name')
      .limit(limit)
      .execute();
    return rows.flatMap((row) =>
      row.state === 'shown' ? [] : [{ ...namesOf(row), state: row.state }],
    );
  }

  async withdrawn(after: number, limit: number): ReturnType<CollectionEntries['withdrawn']> {
    const rows = await this.#ports.db.query
      .selectFrom('withdrawn')
      .selectAll()
      .where('collection', '=', this.#collection)
      .where('id', '>', after)
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map((row) => ({ ...namesOf(row), id: row.id, reason: row.reason }));
  }

  async status(): Promise<EntriesStatus> {
    const { query } = this.#ports.db;
    const studies = await query
      .selectFrom('entry')
      .select((select) => select.fn.count<number>('study_name').distinct().as('count'))
      .where('collection', '=', this.#collection)
      .where('state', '!=', 'hidden')
      .executeTakeFirstOrThrow();
    const leaving = await query
      .selectFrom('entry')
      .select((select) => select.fn.count<number>('study_name').distinct().as('count'))
      .where('collection', '=', this.#collection)
      .where(isLeavingNow)
      .executeTakeFirstOrThrow();
    const failures = await query
      .selectFrom('failure')
      .select((select) => ['code', select.fn.countAll<number>().as('series')])
      .where('collection', '=', this.#collection)
      .groupBy('code')
      .orderBy('code')
      .execute();
    const recipe = await query
      .selectFrom('recipe')
      .select('unseen')
      .where('collection', '=', this.#collection)
      .executeTakeFirst();
    return {
      collection: this.#collection,
      unseen: JSON.parse(recipe?.unseen ?? '[]') as readonly string[],
      studies: studies.count,
      studiesLeaving: leaving.count,
      failures,
    };
  }

  #rowOf(candidate: Candidate, names: SeriesNames) {
    const { seriesName } = names;
    const instances = reveal(candidate.holding).instances.map((instance, index) => ({
      ...instance,
      name: present(names.instanceNames[index], 'a name for each instance'),
    }));
    const at = { collection: this.#collection, seriesName };
    return {
      patient_name: names.patientName,
      study_name: names.studyName,
      series_name: seriesName,
      state: 'shown',
      leaving: 0,
      content: candidate.content,
      sealed: this.#ports.records.sealInstances(at, instances),
    } as const;
  }

  /** The path of an entry never comes back. */
  async #bar(tx: Tx, { lookup, entry }: Candidate, reason: string): Promise<void> {
    const { patientName, studyName, seriesName } = present(entry, 'only an entry is withdrawn');
    await tx
      .insertInto('withdrawn')
      .values({
        collection: this.#collection,
        patient_name: patientName,
        study_name: studyName,
        series_name: seriesName,
        reason,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await tx
      .deleteFrom('entry')
      .where('collection', '=', this.#collection)
      .where('lookup', '=', lookup)
      .execute();
  }

  async #refuseWithdrawn(tx: Tx, names: EntryNames): Promise<void> {
    const barred = await tx
      .selectFrom('withdrawn')
      .select('id')
      .where('collection', '=', this.#collection)
      .where('series_name', '=', names.seriesName)
      .where('study_name', '=', names.studyName)
      .where('patient_name', '=', names.patientName)
      .executeTakeFirst();
    if (barred !== undefined) throw indexErrors.create('INDEX_NAME_WITHDRAWN');
  }

  async #forgetFailure(tx: Tx, lookup: Uint8Array): Promise<void> {
    await tx
      .deleteFrom('failure')
      .where('collection', '=', this.#collection)
      .where('lookup', '=', lookup)
      .execute();
  }
}

/** The names of a row. */
export function namesOf(row: {
  readonly patient_name: string;
  readonly study_name: string;
  readonly series_name: string;
}): EntryNames {
  return {
    patientName: row.patient_name,
    studyName: row.study_name,
    seriesName: row.series_name,
  };
}
