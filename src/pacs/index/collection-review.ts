import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import { identify } from '../../flow/mint/identified.ts';
import { equalBytes, toHex } from '../../lib/bytes/bytes.ts';
import { holdingsAgree } from './agreement.ts';
import type {
  Candidate,
  CollectionEntries,
  Entry,
  Recipe,
  Review,
  SeriesHolding,
} from './clinical-index.ts';
import { createFilterMatch, type FilterMatch } from './collection-filter.ts';
import { FilterUse } from './filter-use.ts';
import type { HoldingPorts } from './holdings.ts';
import { identitiesOf } from './identities.ts';
import { indexLimits } from './limits.ts';
import type { OpenHolding } from './sealed-records.ts';

/** Told of a series whose record cannot be read. */
export type OnUnreadable = (lookup: Uint8Array) => Promise<void>;

/** A review of one collection. */
export class CollectionReview implements Review {
  readonly #ports: HoldingPorts;
  readonly #collection: string;
  readonly #recipe: Recipe;
  readonly #matches: FilterMatch;
  readonly #digest: Uint8Array;
  readonly #use: FilterUse;
  readonly #onUnreadable: OnUnreadable;
  /** Revisions from here on, not included, up to there, included. */
  readonly #span: { readonly from: number; readonly to: number };
  readonly isWhole: boolean;

  private constructor(
    ports: HoldingPorts,
    of: { readonly collection: string; readonly recipe: Recipe; readonly digest: Uint8Array },
    rest: {
      readonly span: { readonly from: number; readonly to: number };
      readonly isWhole: boolean;
      /** What the last review under the same recipe left. */
      readonly unseen: readonly string[] | undefined;
      readonly onUnreadable: OnUnreadable;
    },
  ) {
    this.#ports = ports;
    this.#collection = of.collection;
    this.#recipe = of.recipe;
    this.#digest = of.digest;
    this.#matches = createFilterMatch(of.recipe.filter);
    this.#span = rest.span;
    this.isWhole = rest.isWhole;
    this.#use = new FilterUse(of.recipe.filter, rest.unseen);
    this.#onUnreadable = rest.onUnreadable;
  }

  get end(): number {
    return this.#span.to;
  }

  static async begin(
    ports: HoldingPorts,
    of: {
      readonly collection: string;
      readonly recipe: Recipe;
      readonly part: NonNullable<Parameters<CollectionEntries['review']>[1]>;
    },
    onUnreadable: OnUnreadable,
  ): Promise<CollectionReview> {
    const { filter, archives } = of.recipe;
    const parts = [JSON.stringify(filter), JSON.stringify(archives.toSorted())];
    const digest = ports.cipher.lookup('recipe', parts);
    const last = await ports.db.query
      .selectFrom('recipe')
      .select(['digest', 'reviewed', 'unseen'])
      .where('collection', '=', of.collection)
      .executeTakeFirst();
    const { head } = await ports.db.query
      .selectFrom('series')
      .select((select) => select.fn.max('revision').as('head'))
      .executeTakeFirstOrThrow();
    const isSame = last !== undefined && equalBytes(last.digest, digest);
    const { after = 0, changesMax = Number.POSITIVE_INFINITY } = of.part;
    const from = Math.max(isSame ? last.reviewed : 0, after);
    // A revision is of one change: the next so many are no more than so many.
    const to = Math.min(head ?? 0, from + changesMax);
    const rest = { span: { from, to }, isWhole: to >= (head ?? 0), onUnreadable };
    const unseen = isSame ? (JSON.parse(last.unseen) as readonly string[]) : undefined;
    return new CollectionReview(ports, { ...of, digest }, { ...rest, unseen });
  }

  async *candidates(which: 'entered' | 'all'): AsyncGenerator<Candidate> {
    for await (const lookup of this.#changed(which)) yield* this.#candidate(lookup);
    if (!this.isWhole) return;
    for await (const lookup of this.#failed()) yield* this.#candidate(lookup);
  }

  async finish(): Promise<void> {
    const unseen = JSON.stringify(this.#use.unseen());
    const values = { digest: this.#digest, reviewed: this.#span.to, unseen };
    await this.#ports.db.query
      .updateTable('recipe')
      .set(values)
      .where('collection', '=', this.#collection)
      .execute();
  }

  /** Each series once, at the last of its holdings that changed: several are worked on at once. */
  async *#changed(which: 'entered' | 'all'): AsyncGenerator<Uint8Array> {
    const { from, to } = this.#span;
    const isLast = sql<number>`NOT EXISTS (SELECT 1 FROM series o
      WHERE o.lookup = series.lookup AND o.revision > series.revision AND o.revision <= ${to})`;
    const isEntered = sql<number>`(
      EXISTS (SELECT 1 FROM entry e WHERE e.collection = ${this.#collection} AND e.lookup = series.lookup)
      OR EXISTS (SELECT 1 FROM series o WHERE o.lookup = series.lookup AND o.pacs <> series.pacs))`;
    for (let after = from; ; ) {
      // Judged and not sought: a page is a bounded number of rows, whatever is true of them.
      const rows = await this.#ports.db.query
        .selectFrom('series')
        .select(['lookup', 'revision', isLast.as('is_last'), isEntered.as('is_entered')])
        .where('revision', '>', after)
        .where('revision', '<=', to)
        .orderBy('revision')
        .limit(indexLimits.pageSeries)
        .execute();
      for (const row of rows) {
        if (row.is_last === 1 && (which === 'all' || row.is_entered === 1)) yield row.lookup;
      }
      after = rows.at(-1)?.revision ?? after;
      if (rows.length < indexLimits.pageSeries) return;
      await setImmediate();
    }
  }

  /** Those of before: what failed in this review is not tried again in it. */
  async *#failed(): AsyncGenerator<Uint8Array> {
    const { from, to } = this.#span;
    const isChanged = sql<number>`EXISTS (SELECT 1 FROM series
      WHERE series.lookup = failure.lookup AND revision > ${from} AND revision <= ${to})`;
    let after: Uint8Array = new Uint8Array(0);
    for (;;) {
      const rows = await this.#ports.db.query
        .selectFrom('failure')
        .select(['lookup', isChanged.as('is_changed')])
        .where('collection', '=', this.#collection)
        .where('lookup', '>', after)
        .orderBy('lookup')
        .limit(indexLimits.pageSeries)
        .execute();
      for (const row of rows) if (row.is_changed === 0) yield row.lookup;
      after = rows.at(-1)?.lookup ?? after;
      if (rows.length < indexLimits.pageSeries) return;
    }
  }

  async *#candidate(lookup: Uint8Array): AsyncGenerator<Candidate> {
    // Opening a series takes a millisecond, of a large one ten: others have their turn before each.
    await setImmediate();
    const holdings = await this.#holdings(lookup);
    const [first] = holdings ?? [];
    if (holdings === undefined) await this.#onUnreadable(lookup);
    else if (first !== undefined) yield await this.#describe(lookup, { holdings, first });
  }

  /** The holdings of a series, the one seen first first; undefined if one cannot be read. */
  async #holdings(lookup: Uint8Array): Promise<readonly OpenHolding[] | undefined> {
    const { db, records } = this.#ports;
    const rows = await db.query
      .selectFrom('series')
      .select(['pacs', 'lookup', 'content', 'sealed'])
      .where('lookup', '=', lookup)
      .orderBy('id')
      .execute();
    try {
      return rows.map((row) => records.openSeries(row));
    } catch {
      return undefined;
    }
  }

  async #describe(
    lookup: Uint8Array,
    of: { readonly holdings: readonly OpenHolding[]; readonly first: OpenHolding },
  ): Promise<Candidate> {
    const { holdings, first } = of;
    for (const holding of holdings) this.#use.saw(holding);
    const fitting = holdings.find(this.#matches);
    const { subjectKey } = first;
    const holding: SeriesHolding = { ...(fitting ?? first), subjectKey };
    const isHeld = holdings.some(({ pacs }) => this.#recipe.archives.includes(pacs));
    const parts = [toHex((fitting ?? first).content), subjectKey, String(isHeld)];
    const content = this.#ports.cipher.lookup('entry', parts);
    const isAgreed = holdingsAgree(holdings);
    return {
      lookup,
      entry: await this.#entry(lookup, content),
      standing: !isAgreed ? 'conflict' : fitting === undefined ? 'foreign' : 'belongs',
      isHeld,
      failure: await this.#failure(lookup),
      content,
      holding: identify(holding),
      identities: identitiesOf(holding),
      record: identify(holding.record),
    };
  }

  async #failure(lookup: Uint8Array): Promise<string | undefined> {
    const row = await this.#ports.db.query
      .selectFrom('failure')
      .select('code')
      .where('collection', '=', this.#collection)
      .where('lookup', '=', lookup)
      .executeTakeFirst();
    return row?.code;
  }

  async #entry(lookup: Uint8Array, content: Uint8Array): Promise<Entry | undefined> {
    const row = await this.#ports.db.query
      .selectFrom('entry')
      .select(['patient_name', 'study_name', 'series_name', 'state', 'leaving', 'content'])
      .where('collection', '=', this.#collection)
      .where('lookup', '=', lookup)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    return {
      patientName: row.patient_name,
      studyName: row.study_name,
      seriesName: row.series_name,
      state: row.state,
      isLeaving: row.leaving === 1,
      isCurrent: equalBytes(row.content, content),
    };
  }
}
