import { sql } from 'kysely';
import { readDeidentified } from '../flow/index.ts';
import { toHex } from '../lib/bytes/bytes.ts';
import type { ApplyContext } from './apply-change.ts';
import { isWithdrawn } from './apply-departure.ts';
import type { SeriesAnnouncement } from './catalog.ts';
import type { Session } from './context.ts';
import { catalogErrors } from './errors.ts';
import { changeKeys } from './key-changes.ts';
import { metadataValues } from './metadata-values.ts';
import { ensureNode, setHidden, touchNode } from './tree.ts';

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
  if (!isNew && added > 0) await outgrowVolumes(session, seriesId, context.clock.nowMs());
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
    .select(['node.id', 'node.hidden', 'series.conflict'])
    .where('series.id', '=', seriesId)
    .executeTakeFirstOrThrow();
  if (row.hidden === 0 && row.conflict === 0) return;
  if (row.hidden === 1) await setHidden(session, row.id, { hidden: false, nowMs });
  await session.updateTable('series').set({ conflict: 0 }).where('id', '=', seriesId).execute();
  await changeKeys(session, seriesId, 'mapped');
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
      held: Number(announced.isHeld),
      conflict: 0,
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
  const values = { metadata: text, held: Number(announced.isHeld) };
  await session.updateTable('series').set(values).where('id', '=', seriesId).execute();
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
  const { node_id } = await session
    .updateTable('series')
    .set((set) => ({ instance_count: set('instance_count', '+', added) }))
    .where('id', '=', seriesId)
    .returning('node_id')
    .executeTakeFirstOrThrow();
  if (node_id !== null) await touchNode(session, node_id, context.clock.nowMs());
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
