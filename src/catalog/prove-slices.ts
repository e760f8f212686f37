import { sql } from 'kysely';
import { addFiles } from './add-files.ts';
import type { SeriesId, SlicedFile } from './catalog.ts';
import type { CatalogContext, Session } from './context.ts';

type Context = Pick<CatalogContext, 'clock' | 'random' | 'products'>;

/** Digits of the number of a slice in its file's name, at least. */
const numberDigits = 4;

/**
 * Enter the slices of an instance as files of their own, `<instance>-<nnnn>.<product>`, counted from
 * 1; the instance is no longer listed. Again changes nothing.
 */
export async function proveSlices(
  tx: Session,
  { series, instance }: { readonly series: SeriesId; readonly instance: SlicedFile },
  context: Context,
): Promise<void> {
  const forms = [...context.products.values()].filter(({ of }) => of === 'instance');
  const names = forms.map(({ name }) => `${instance.name}.${name}`);
  const { numAffectedRows } = await sql`
    UPDATE file SET tiled = 1 WHERE series_id = ${series} AND tiled = 0
      AND name IN (${sql.join(names)})
      AND EXISTS (SELECT 1 FROM series s WHERE s.id = ${series} AND s.node_id IS NOT NULL)`.execute(
    tx,
  );
  if (numAffectedRows === 0n) return;
  const numbers = Array.from({ length: instance.slices }, (_, index) =>
    String(index + 1).padStart(numberDigits, '0'),
  );
  const files = forms.flatMap(({ name: product }) =>
    numbers.map((number) => ({ name: `${instance.name}-${number}.${product}`, product })),
  );
  await addFiles(tx, { seriesId: series, stackId: null, files }, context);
}
