import type { CatalogRecalls, FileId, RecallRow, SeriesId } from './catalog.ts';
import type { CatalogContext, Session } from './context.ts';
import type { RecallTable } from './schema.ts';

const priorities = ['interactive', 'bulk'] as const;

/** The recall queue over the database. */
export function createRecalls({ db, clock, limits }: CatalogContext): CatalogRecalls {
  return {
    request: (want) => db.transaction((tx) => request(tx, want, clock.nowMs())),
    async claim(busyLanes = []) {
      return db.transaction((tx) => claim(tx, { busyLanes, nowMs: clock.nowMs() }));
    },
    async putBack(id, lane) {
      await db.query
        .updateTable('recall')
        .set({ state: 'queued', lane, charged: null, turn: null })
        .where('id', '=', id)
        .where('state', '=', 'running')
        .execute();
    },
    get: (id) => recallById(db.query, id),
    async settle(id, outcome) {
      const nowMs = clock.nowMs();
      await db.transaction(async (tx) => {
        await tx
          .updateTable('recall')
          .set({ state: outcome.state, failure: outcome.failure ?? null, updated_ms: nowMs })
          .where('id', '=', id)
          .where('state', 'in', ['queued', 'running'])
          .execute();
        await tx
          .deleteFrom('recall')
          .where('state', 'in', ['done', 'failed'])
          .where('updated_ms', '<', nowMs - limits.recallKeptMs)
          .execute();
      });
    },
    async askedBy(caller, { sinceMs, limit }) {
      const rows = await db.query
        .selectFrom('recall_asker')
        .innerJoin('recall', 'recall.id', 'recall_id')
        .selectAll('recall')
        .where('caller', '=', caller)
        .where('state', '!=', 'done')
        .where((where) =>
          where.or([where('state', '!=', 'failed'), where('updated_ms', '>=', sinceMs)]),
        )
        .orderBy('recall.id', 'desc')
        .limit(limit)
        .execute();
      return Promise.all(rows.map((row) => recallOf(db.query, row)));
    },
    async requeueRunning() {
      const { numUpdatedRows } = await db.query
        .updateTable('recall')
        .set({ state: 'queued', updated_ms: clock.nowMs() })
        .where('state', '=', 'running')
        .executeTakeFirst();
      return Number(numUpdatedRows);
    },
  };
}

async function request(
  tx: Session,
  want: Parameters<CatalogRecalls['request']>[0],
  nowMs: number,
): Promise<RecallRow> {
  const rank = priorities.indexOf(want.priority);
  const open = await tx
    .selectFrom('recall')
    .select(['id', 'rank'])
    .where('series_id', '=', want.seriesId)
    .where('state', 'in', ['queued', 'running'])
    .executeTakeFirst();
  const id = open?.id ?? (await makeRecall(tx, { seriesId: want.seriesId, rank, nowMs }));
  if (open !== undefined && rank < open.rank)
    await tx.updateTable('recall').set({ rank }).where('id', '=', id).execute();
  await tx
    .insertInto('recall_asker')
    .values({ recall_id: id, caller: want.caller })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  if (want.files.length > 0)
    await tx
      .insertInto('recall_want')
      .values(want.files.map((file) => ({ recall_id: id, file_id: file })))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  const row = await tx
    .selectFrom('recall')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return recallOf(tx, row);
}

async function makeRecall(
  tx: Session,
  wanted: { readonly seriesId: SeriesId; readonly rank: number; readonly nowMs: number },
): Promise<number> {
  const { seriesId, rank, nowMs } = wanted;
  const times = { created_ms: nowMs, updated_ms: nowMs };
  const { id } = await tx
    .insertInto('recall')
    .values({ series_id: seriesId, state: 'queued', rank, ...times })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

async function claim(
  tx: Session,
  { busyLanes, nowMs }: { readonly busyLanes: readonly string[]; readonly nowMs: number },
): Promise<RecallRow | undefined> {
  const next = await nextTurn(tx, busyLanes);
  if (next === undefined) return undefined;
  const { newest } = await tx
    .selectFrom('recall')
    .select((select) => select.fn.max('turn').as('newest'))
    .executeTakeFirstOrThrow();
  const row = await tx
    .updateTable('recall')
    .set({ state: 'running', charged: next.caller, turn: (newest ?? 0) + 1, updated_ms: nowMs })
    .where('id', '=', next.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return recallOf(tx, row);
}

/** Whose turn it is, and the oldest recall that he asked for. */
function nextTurn(
  tx: Session,
  busyLanes: readonly string[],
): Promise<{ readonly id: number; readonly caller: string } | undefined> {
  return tx
    .selectFrom('recall')
    .innerJoin('recall_asker', 'recall_asker.recall_id', 'recall.id')
    .select((select) => [
      'recall_asker.caller',
      select.fn.min('recall.id').as('id'),
      select
        .selectFrom('recall as other')
        .select((of) => of.fn.countAll().as('count'))
        .whereRef('other.charged', '=', 'recall_asker.caller')
        .where('other.state', '=', 'running')
        .as('running'),
      select
        .selectFrom('recall as last')
        .select((of) => of.fn.max('last.turn').as('turn'))
        .whereRef('last.charged', '=', 'recall_asker.caller')
        .as('lastTurn'),
    ])
    .where('recall.state', '=', 'queued')
    .where('recall.lane', 'not in', busyLanes)
    .where('recall.rank', '=', (select) =>
      select
        .selectFrom('recall as first')
        .select((of) => of.fn.min('first.rank').as('rank'))
        .where('first.state', '=', 'queued')
        .where('first.lane', 'not in', busyLanes),
    )
    .groupBy('recall_asker.caller')
    .orderBy('running')
    .orderBy('lastTurn', (order) => order.asc().nullsFirst())
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
}

async function recallById(session: Session, id: number): Promise<RecallRow | undefined> {
  const row = await session
    .selectFrom('recall')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? undefined : recallOf(session, row);
}

type Row = Omit<RecallTable, 'id' | 'lane'> & { readonly id: number };

async function recallOf(session: Session, row: Row): Promise<RecallRow> {
  const wants = await session
    .selectFrom('recall_want')
    .select('file_id')
    .where('recall_id', '=', row.id)
    .orderBy('file_id')
    .execute();
  return {
    id: row.id,
    seriesId: row.series_id as SeriesId,
    state: row.state,
    wants: wants.map((want) => want.file_id as FileId),
    failure: row.failure ?? undefined,
    priority: priorities[row.rank] ?? 'bulk',
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
  };
}
