import { sql } from 'kysely';
import { applyWithdrawal } from './apply-departure.ts';
import type { EntryPlace, PlaceTold } from './catalog.ts';
import type { Session } from './context.ts';
import { fileWithStem, whyLocked } from './note-place.ts';
import { isBelow, setHidden } from './tree.ts';

/** How the key servers were told that it is with a place, and where the catalog has it. */
interface Told extends PlaceTold {
  readonly site: string;
  readonly path: string;
  readonly nowMs: number;
}

/**
 * What the key servers were told of a place is so here too: a catalog that was restored from before it
 * does not know it any more. What is still to be told of it is newer. Takes nothing back: what is
 * locked or hidden here stays so.
 */
export async function restorePlace(
  tx: Session,
  told: PlaceTold & { readonly site: string; readonly nowMs: number },
): Promise<void> {
  const path = pathOf(told.site, told.place);
  const pending = await tx
    .selectFrom('key_change')
    .select('id')
    .where('path', '=', path)
    .executeTakeFirst();
  if (pending !== undefined) return;
  const at: Told = { ...told, path };
  if (told.destroyed !== undefined) await withdrawBelow(tx, at, told.destroyed);
  if (told.hidden !== undefined) await hide(tx, at);
  if (told.locked !== undefined) await lock(tx, at, told.locked);
}

function pathOf(site: string, { collection, subject, study, series, stem }: EntryPlace): string {
  const names = [collection, subject, study, series, stem];
  return `/${site}/${names.filter((name) => name !== undefined).join('/')}`;
}

async function withdrawBelow(tx: Session, told: Told, reason: string): Promise<void> {
  const { site, place, path, nowMs } = told;
  // One entry alone is not announced by itself: its files stay, and give nothing.
  if (place.stem !== undefined) return;
  const rows = await tx
    .selectFrom('series')
    .innerJoin('node', 'node.id', 'series.node_id')
    .select(['patient_name', 'study_name', 'series_name'])
    .where(isBelow('node.path', path))
    .execute();
  const named = { site, collection: place.collection };
  const { subject: patientName, study: studyName, series: seriesName } = place;
  const known = rows.map((row) => ({
    ...named,
    patientName: row.patient_name,
    studyName: row.study_name,
    seriesName: row.series_name,
  }));
  const whole = patientName !== undefined && studyName !== undefined && seriesName !== undefined;
  const own = whole ? [{ ...named, patientName, studyName, seriesName }] : [];
  for (const series of known.length > 0 ? known : own)
    await applyWithdrawal(tx, { place: series, reason, nowMs });
}

async function hide(tx: Session, { path, hidden, nowMs }: Told): Promise<void> {
  const node = await tx
    .selectFrom('node')
    .select(['id', 'hidden', 'series_id'])
    .where('path', '=', path)
    .where('kind', 'in', ['collection', 'series'])
    .executeTakeFirst();
  if (node === undefined) return;
  if (hidden === 'conflict' && node.series_id !== null) {
    await tx.updateTable('series').set({ conflict: 1 }).where('id', '=', node.series_id).execute();
  } else if (node.hidden === 0) await setHidden(tx, node.id, { hidden: true, nowMs });
}

/** Also of what is not there, or not there yet: a lock outlives what it was set on. */
async function lock(tx: Session, { path, place, nowMs }: Told, reason: string): Promise<void> {
  if ((await whyLocked(tx, path)) !== undefined) return;
  const file = place.stem === undefined ? undefined : await fileWithStem(tx, path);
  if (place.stem !== undefined && file === undefined) return;
  await sql`
    INSERT INTO lock (path, file_id, reason, locked_by, locked_ms)
    VALUES (${file?.path ?? path}, ${file?.id ?? null}, ${reason}, 'policy feed', ${nowMs})
    ON CONFLICT (path) DO NOTHING`.execute(tx);
}
