import { sql } from 'kysely';
import { readDeidentified } from '../flow/index.ts';
import { unreachable } from '../lib/assert.ts';
import { toHex } from '../lib/bytes/bytes.ts';
import type { CatalogChange, CollectionOffer, SeriesAnnouncement } from './catalog.ts';
import type { CatalogContext, Session } from './context.ts';
import { catalogErrors } from './errors.ts';
import { metadataValues } from './metadata-values.ts';
import { ensureNode, removeNode, touchNode } from './tree.ts';

/** What applying a change needs beside its transaction. */
export type ApplyContext = Pick<CatalogContext, 'clock' | 'random'>;

/** Apply one checked change of the clinical index; again changes nothing. */
export async function applyChange(
  session: Session,
  change: CatalogChange,
  context: ApplyContext,
): Promise<void> {
  switch (change.kind) {
    case 'collection':
      return applyOffer(session, change.offer, context);
    case 'series':
      return applySeries(session, change.series, context);
    case 'series-withdrawn':
      return applyWithdrawal(session, change, context);
    default:
      return unreachable(change);
  }
}

async function applyOffer(
  session: Session,
  offer: CollectionOffer,
  context: ApplyContext,
): Promise<void> {
  const nowMs = context.clock.nowMs();
  const root = await ensureNode(session, { kind: 'root', name: '', parent: undefined, nowMs });
  const site = await ensureNode(session, { kind: 'site', name: offer.site, parent: root, nowMs });
  const { name } = offer;
  const node = await ensureNode(session, { kind: 'collection', name, parent: site, nowMs });
  const known = await session
    .selectFrom('collection')
    .select('offered_policy_id')
    .where('node_id', '=', node.id)
    .executeTakeFirst();
  const offered = {
    delivery: offer.delivery,
    formats: offer.formats.join(','),
    offered_policy_id: offer.policyId,
  };
  await session
    .insertInto('collection')
    .values({ node_id: node.id, site: offer.site, name, ...offered })
    .onConflict((conflict) => conflict.columns(['site', 'name']).doUpdateSet(offered))
    .execute();
  // The offer comes again at every start: it must not undo what an operator attached since.
  if (known?.offered_policy_id === offer.policyId) return;
  const policy = { policy_id: offer.policyId, modified_ms: nowMs };
  await session.updateTable('node').set(policy).where('id', '=', node.id).execute();
}

async function applySeries(
  session: Session,
  announced: SeriesAnnouncement,
  context: ApplyContext,
): Promise<void> {
  if (await isWithdrawn(session, announced)) return;
  const seriesId = await ensureSeries(session, announced, context);
  await replaceMetadata(session, seriesId, announced);
  const added = await addInstances(session, { seriesId, names: announced.instanceNames }, context);
  if (added > 0) await outgrowVolumes(session, seriesId, context.clock.nowMs());
}

async function isWithdrawn(session: Session, announced: SeriesAnnouncement): Promise<boolean> {
  const row = await session
    .selectFrom('tombstone')
    .select('reason')
    .where('site', '=', announced.site)
    .where('collection', '=', announced.collection)
    .where('series_name', '=', announced.seriesName)
    .executeTakeFirst();
  return row !== undefined;
}

async function ensureSeries(
  session: Session,
  announced: SeriesAnnouncement,
  context: ApplyContext,
): Promise<number> {
  const collection = await session
    .selectFrom('collection')
    .innerJoin('node', 'node.id', 'collection.node_id')
    .select(['collection.id', 'node.id as nodeId', 'path'])
    .where('site', '=', announced.site)
    .where('collection.name', '=', announced.collection)
    .executeTakeFirst();
  if (collection === undefined)
    throw catalogErrors.create('CATALOG_CHANGE_INVALID', { context: { what: 'collection' } });
  const known = await session
    .selectFrom('series')
    .select(['id', 'patient_name', 'study_name'])
    .where('collection_id', '=', collection.id)
    .where('series_name', '=', announced.seriesName)
    .executeTakeFirst();
  if (known === undefined) return makeSeries(session, { announced, collection }, context);
  if (known.patient_name !== announced.patientName || known.study_name !== announced.studyName)
    throw catalogErrors.create('CATALOG_NAME_CONFLICT');
  return known.id;
}

async function makeSeries(
  session: Session,
  wanted: {
    readonly announced: SeriesAnnouncement;
    readonly collection: { readonly id: number; readonly nodeId: number; readonly path: string };
  },
  context: ApplyContext,
): Promise<number> {
  const { announced, collection } = wanted;
  const { patientName, studyName, seriesName } = announced;
  const nowMs = context.clock.nowMs();
  const top = { id: collection.nodeId, path: collection.path };
  const patient = await ensureNode(session, {
    kind: 'patient',
    name: patientName,
    parent: top,
    nowMs,
  });
  const study = await ensureNode(session, {
    kind: 'study',
    name: studyName,
    parent: patient,
    nowMs,
  });
  const node = await ensureNode(session, {
    kind: 'series',
    name: seriesName,
    parent: study,
    nowMs,
  });
  const { id } = await session
    .insertInto('series')
    .values({
      collection_id: collection.id,
      node_id: node.id,
      patient_name: patientName,
      study_name: studyName,
      series_name: seriesName,
      stack_id: null,
      instance_count: 0,
      metadata: '{}',
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await session.updateTable('node').set({ series_id: id }).where('id', '=', node.id).execute();
  const volumes = [
    { name: 'volume.nii', format: 'nii' },
    { name: 'volume.nii.gz', format: 'nii.gz' },
  ];
  await addFiles(session, { seriesId: id, product: 'volume', files: volumes }, context);
  return id;
}

async function replaceMetadata(
  session: Session,
  seriesId: number,
  announced: SeriesAnnouncement,
): Promise<void> {
  const metadata = readDeidentified(announced.metadata);
  const text = JSON.stringify(metadata);
  await session.updateTable('series').set({ metadata: text }).where('id', '=', seriesId).execute();
  await session.deleteFrom('metadata').where('series_id', '=', seriesId).execute();
  const rows = metadataValues(metadata).map((value) => ({ series_id: seriesId, ...value }));
  if (rows.length > 0) await session.insertInto('metadata').values(rows).execute();
}

/** Add the instances that are not known yet; how many those were. */
async function addInstances(
  session: Session,
  wanted: { readonly seriesId: number; readonly names: readonly string[] },
  context: ApplyContext,
): Promise<number> {
  const { seriesId, names } = wanted;
  const files = names.map((name) => ({ name: `${name}.dcm`, format: 'dcm' }));
  const added = await addFiles(session, { seriesId, product: 'instance', files }, context);
  if (added === 0) return 0;
  await session
    .updateTable('series')
    .set((set) => ({ instance_count: set('instance_count', '+', added) }))
    .where('id', '=', seriesId)
    .execute();
  const node = await session
    .selectFrom('series')
    .select('node_id')
    .where('id', '=', seriesId)
    .executeTakeFirstOrThrow();
  if (node.node_id !== null) await touchNode(session, node.node_id, context.clock.nowMs());
  return added;
}

/** One statement whatever their number: the values travel as one JSON text. */
async function addFiles(
  session: Session,
  wanted: {
    readonly seriesId: number;
    readonly product: 'instance' | 'volume';
    readonly files: readonly { readonly name: string; readonly format: string }[];
  },
  context: ApplyContext,
): Promise<number> {
  const nowMs = context.clock.nowMs();
  const guids = toHex(context.random.bytes(16 * wanted.files.length));
  const rows = wanted.files.map(({ name, format }, index) => [
    guids.slice(32 * index, 32 * index + 32),
    name,
    format,
  ]);
  const { numAffectedRows } = await sql`
    INSERT INTO file (guid, series_id, name, product, format, state, created_ms, modified_ms)
    SELECT value ->> 0, ${wanted.seriesId}, value ->> 1, ${wanted.product}, value ->> 2,
      'announced', ${nowMs}, ${nowMs}
    FROM json_each(${JSON.stringify(rows)}) WHERE true
    ON CONFLICT (series_id, name) DO NOTHING`.execute(session);
  return Number(numAffectedRows ?? 0n);
}

/** The series grew: what was made of it is no longer all of it. Names stay, content starts anew. */
async function outgrowVolumes(session: Session, seriesId: number, nowMs: number): Promise<void> {
  await session
    .updateTable('replica')
    .set({ retired: 1, last_read_ms: 0 })
    .where('file_id', 'in', (files) =>
      files
        .selectFrom('file')
        .select('file.id')
        .where('series_id', '=', seriesId)
        .where('product', '=', 'volume'),
    )
    .execute();
  await session
    .updateTable('file')
    .set({ version_id: null, state: 'announced', refusal: null, modified_ms: nowMs })
    .where('series_id', '=', seriesId)
    .where('product', '=', 'volume')
    .execute();
}

async function applyWithdrawal(
  session: Session,
  change: Extract<CatalogChange, { kind: 'series-withdrawn' }>,
  context: ApplyContext,
): Promise<void> {
  const { site, collection, seriesName, reason } = change;
  const nowMs = context.clock.nowMs();
  await session
    .insertInto('tombstone')
    .values({ site, collection, series_name: seriesName, reason, withdrawn_ms: nowMs })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const series = await session
    .selectFrom('series')
    .innerJoin('collection', 'collection.id', 'series.collection_id')
    .select(['series.id', 'series.node_id'])
    .where('site', '=', site)
    .where('collection.name', '=', collection)
    .where('series_name', '=', seriesName)
    .executeTakeFirst();
  if (series === undefined || series.node_id === null) return;
  await forgetSeries(session, series.id, nowMs);
  await removeNode(session, series.node_id, nowMs);
}

/** No path and no metadata are left; the replicas are the first to be deleted. */
async function forgetSeries(session: Session, id: number, nowMs: number): Promise<void> {
  await session.deleteFrom('metadata').where('series_id', '=', id).execute();
  await session
    .updateTable('series')
    .set({ node_id: null, metadata: '{}' })
    .where('id', '=', id)
    .execute();
  await session
    .updateTable('replica')
    .set({ retired: 1, last_read_ms: 0 })
    .where('file_id', 'in', (files) =>
      files.selectFrom('file').select('file.id').where('series_id', '=', id),
    )
    .execute();
  await session
    .updateTable('file')
    .set({ state: 'withdrawn', version_id: null, modified_ms: nowMs })
    .where('series_id', '=', id)
    .execute();
}
