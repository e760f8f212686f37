import { sql } from 'kysely';
import { addFiles } from './add-files.ts';
import type { SeriesId, SlicedFile } from './catalog.ts';
import type { CatalogContext, Session } from './context.ts';
import { productsOf } from './file-rows.ts';
import { announceAnew, removeFiles } from './turn-files.ts';

type Context = Pick<CatalogContext, 'clock' | 'random' | 'products'>;

/** Digits of the number of a slice in its file's name, at least. */
const numberDigits = 4;

/**
 * Enter the slices of instances as files of their own, `<instance>-<nnnn>.<product>`, counted from
 * 1; the instances are no longer listed, nor slices that they have no more. Again changes nothing.
 */
export async function proveSlices(
  tx: Session,
  proof: { readonly series: SeriesId; readonly instances: readonly SlicedFile[] },
  context: Context,
): Promise<void> {
  const { series, instances } = proof;
  const known = await tx
    .selectFrom('series')
    .select('id')
    .where('id', '=', series)
    .where('node_id', 'is not', null)
    .executeTakeFirst();
  if (known === undefined) return;
  const forms = productsOf(context.products, 'instance');
  for (const instance of instances) {
    if (!(await markTiled(tx, series, instance.name, forms))) continue;
    await enterSlices(tx, { series, instance, forms }, context);
  }
}

/** Whether the series has the instance. */
async function markTiled(
  tx: Session,
  series: SeriesId,
  name: string,
  forms: readonly string[],
): Promise<boolean> {
  const names = forms.map((form) => `${name}.${form}`);
  const rows = await tx
    .selectFrom('file')
    .select(['id', 'tiled'])
    .where('series_id', '=', series)
    .where('name', 'in', names)
    .execute();
  if (rows.some(({ tiled }) => tiled === 0)) {
    const whole = rows.map(({ id }) => id);
    await tx.updateTable('file').set({ tiled: 1 }).where('id', 'in', whole).execute();
  }
  return rows.length > 0;
}

async function enterSlices(
  tx: Session,
  given: {
    readonly series: SeriesId;
    readonly instance: SlicedFile;
    readonly forms: readonly string[];
  },
  context: Context,
): Promise<void> {
  const { series, instance, forms } = given;
  const wanted = new Set(
    Array.from({ length: instance.slices }, (_, index) =>
      String(index + 1).padStart(numberDigits, '0'),
    ).flatMap((number) => forms.map((product) => `${instance.name}-${number}.${product}`)),
  );
  const nowMs = context.clock.nowMs();
  const rows = await slicesOf(tx, series, instance.name);
  const idsOf = (isWanted: boolean, isGone: boolean): readonly number[] =>
    rows
      .filter(({ name, state }) => wanted.has(name) === isWanted && (state === 'gone') === isGone)
      .map(({ id }) => id);
  await removeFiles(tx, idsOf(false, false), nowMs);
  await announceAnew(tx, idsOf(true, true), nowMs);
  const there = new Set(rows.map(({ name }) => name));
  const files = [...wanted]
    .filter((name) => !there.has(name))
    .map((name) => ({ name, product: name.slice(name.indexOf('.') + 1) }));
  if (files.length > 0) await addFiles(tx, { seriesId: series, files }, context);
}

interface SliceRow {
  readonly id: number;
  readonly name: string;
  readonly state: string;
}

/** `-` is the character before `.`, so this is a range of names. */
async function slicesOf(
  tx: Session,
  series: SeriesId,
  instance: string,
): Promise<readonly SliceRow[]> {
  const { rows } = await sql<SliceRow>`
    SELECT id, name, state FROM file
    WHERE series_id = ${series} AND name >= ${`${instance}-`} AND name < ${`${instance}.`}
  `.execute(tx);
  return rows;
}

/** The instance is a file by itself, and has no slices that are. */
export async function disproveSlices(
  tx: Session,
  file: { readonly id: number; readonly series: SeriesId; readonly name: string },
  nowMs: number,
): Promise<void> {
  await tx.updateTable('file').set({ tiled: 0 }).where('id', '=', file.id).execute();
  const rows = await slicesOf(tx, file.series, file.name.slice(0, file.name.indexOf('.')));
  const there = rows.filter(({ state }) => state !== 'gone');
  await removeFiles(
    tx,
    there.map(({ id }) => id),
    nowMs,
  );
}
