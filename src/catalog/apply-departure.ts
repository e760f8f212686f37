import type { SeriesPlace } from './catalog.ts';
import type { Session } from './context.ts';
import { notePlace } from './note-place.ts';
import { removeNode, setHidden } from './tree.ts';

/** Not there for anybody, for now: names, versions, replicas and keys are kept. */
export async function applyHiding(
  session: Session,
  place: SeriesPlace,
  nowMs: number,
): Promise<void> {
  const series = await seriesAt(session, place);
  if (series === undefined || series.hidden === 1) return;
  await setHidden(session, series.nodeId, { hidden: true, nowMs });
  await notePlace(session, series);
}

/** Listed, and served to nobody until archives agree. */
export async function applyConflict(session: Session, place: SeriesPlace): Promise<void> {
  const series = await seriesAt(session, place);
  if (series === undefined || series.conflict === 1) return;
  await session.updateTable('series').set({ conflict: 1 }).where('id', '=', series.id).execute();
  await notePlace(session, series);
}

/** Gone for ever under this path, with its keys. */
export async function applyWithdrawal(
  session: Session,
  withdrawal: { readonly place: SeriesPlace; readonly reason: string; readonly nowMs: number },
): Promise<void> {
  const { place, reason, nowMs } = withdrawal;
  await session
    .insertInto('tombstone')
    .values({ ...rowOf(place), reason, withdrawn_ms: nowMs })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const series = await seriesAt(session, place);
  if (series === undefined) return;
  await notePlace(session, { path: series.path, destroyed: reason });
  await forgetSeries(session, series.id, nowMs);
  await removeNode(session, series.nodeId, nowMs);
}

/** Whether a path is barred. */
export async function isWithdrawn(session: Session, place: SeriesPlace): Promise<boolean> {
  const at = rowOf(place);
  const row = await session
    .selectFrom('tombstone')
    .select('reason')
    .where('site', '=', at.site)
    .where('collection', '=', at.collection)
    .where('patient_name', '=', at.patient_name)
    .where('study_name', '=', at.study_name)
    .where('series_name', '=', at.series_name)
    .executeTakeFirst();
  return row !== undefined;
}

function rowOf(place: SeriesPlace) {
  const { site, collection, patientName, studyName, seriesName } = place;
  return {
    site,
    collection,
    patient_name: patientName,
    study_name: studyName,
    series_name: seriesName,
  };
}

/** The series under exactly that path. */
function seriesAt(session: Session, place: SeriesPlace) {
  return session
    .selectFrom('series')
    .innerJoin('node', 'node.id', 'series.node_id')
    .innerJoin('collection', 'collection.id', 'series.collection_id')
    .select(['series.id', 'node.id as nodeId', 'node.path', 'node.hidden', 'series.conflict'])
    .where('site', '=', place.site)
    .where('collection.name', '=', place.collection)
    .where('patient_name', '=', place.patientName)
    .where('study_name', '=', place.studyName)
    .where('series_name', '=', place.seriesName)
    .executeTakeFirst();
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
