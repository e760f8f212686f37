import { readDeidentified } from '../flow/index.ts';
import { addAliases, addFiles } from './add-files.ts';
import type { ApplyContext } from './apply-change.ts';
import { isWithdrawn } from './apply-departure.ts';
import type { SeriesAnnouncement } from './catalog.ts';
import type { Session } from './context.ts';
import { catalogErrors } from './errors.ts';
import { productsOf } from './file-rows.ts';
import { metadataValues } from './metadata-values.ts';
import { notePlace } from './note-place.ts';
import { forgetFacts } from './prove-facts.ts';
import { ensureNode, setHidden, touchNode } from './tree.ts';
import { announceAnew } from './turn-files.ts';

/**
 * Enter a series or renew it; what was hidden or in conflict is served again under the same names.
 * Nothing is written before a refusal.
 * @throws CATALOG_CHANGE_INVALID, CATALOG_NAME_CONFLICT
 */
export async function applyAnnouncement(
  session: Session,
  announced: SeriesAnnouncement,
  context: ApplyContext,
): Promise<void> {
  if (await isWithdrawn(session, announced)) return;
  const { seriesId, isNew } = await ensureSeries(session, announced, context);
  if (!isNew) await serveAgain(session, seriesId, context.clock.nowMs());
  await replaceMetadata(session, seriesId, announced);
  const added = await addInstances(session, { seriesId, names: announced.instanceNames }, context);
  if (!isNew && added > 0) await outgrowStacks(session, seriesId, context);
}

async function ensureSeries(
  session: Session,
  announced: SeriesAnnouncement,
  context: ApplyContext,
): Promise<{ readonly seriesId: number; readonly isNew: boolean }> {
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
    .where('node_id', 'is not', null)
    .executeTakeFirst();
  if (known === undefined) {
    const seriesId = await makeSeries(session, { announced, collection }, context);
    return { seriesId, isNew: true };
  }
  if (known.patient_name !== announced.patientName || known.study_name !== announced.studyName)
    throw catalogErrors.create('CATALOG_NAME_CONFLICT');
  return { seriesId: known.id, isNew: false };
}

/** What was hidden is shown again, with its keys; a conflict is over. */
async function serveAgain(session: Session, seriesId: number, nowMs: number): Promise<void> {
  const row = await session
    .selectFrom('series')
    .innerJoin('node', 'node.id', 'series.node_id')
    .select(['node.id', 'node.path', 'node.hidden', 'series.conflict'])
    .where('series.id', '=', seriesId)
    .executeTakeFirstOrThrow();
  if (row.hidden === 0 && row.conflict === 0) return;
  if (row.hidden === 1) await setHidden(session, row.id, { hidden: false, nowMs });
  await session.updateTable('series').set({ conflict: 0 }).where('id', '=', seriesId).execute();
  await notePlace(session, row);
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
      instance_count: 0,
      held: Number(announced.isHeld),
      conflict: 0,
      metadata: '{}',
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await session.updateTable('node').set({ series_id: id }).where('id', '=', node.id).execute();
  await addAliases(session, id, context);
  return id;
}

async function replaceMetadata(
  session: Session,
  seriesId: number,
  announced: SeriesAnnouncement,
): Promise<void> {
  const metadata = readDeidentified(announced.metadata);
  const text = JSON.stringify(metadata);
  const values = { metadata: text, held: Number(announced.isHeld) };
  await session.updateTable('series').set(values).where('id', '=', seriesId).execute();
  await session
    .deleteFrom('metadata')
    .where('series_id', '=', seriesId)
    .where('proven', '=', 0)
    .execute();
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
  let added = 0;
  for (const product of productsOf(context.products, 'instance')) {
    const files = names.map((name) => ({ name: `${name}.${product}`, product }));
    // A form that is new here is none of the instances that were there: each counts once.
    added = Math.max(added, await addFiles(session, { seriesId, files }, context));
  }
  if (added === 0) return 0;
  const { node_id } = await session
    .updateTable('series')
    .set((set) => ({ instance_count: set('instance_count', '+', added) }))
    .where('id', '=', seriesId)
    .returning('node_id')
    .executeTakeFirstOrThrow();
  if (node_id !== null) await touchNode(session, node_id, context.clock.nowMs());
  return added;
}

/** The series grew: what was made and proven of it is no longer of all of it. */
async function outgrowStacks(
  session: Session,
  seriesId: number,
  { clock, products }: ApplyContext,
): Promise<void> {
  await forgetFacts(session, seriesId);
  const files = await session
    .selectFrom('file')
    .select('id')
    .where('series_id', '=', seriesId)
    .where('product', 'in', productsOf(products, 'stack'))
    .where('state', '<>', 'gone')
    .execute();
  await announceAnew(
    session,
    files.map(({ id }) => id),
    clock.nowMs(),
  );
}
