import { sql } from 'kysely';
import type { CatalogContext, Session } from './context.ts';
import { aliasStem, productsOf } from './file-rows.ts';

/** Files to add to a series; those whose names are there are left as they are. */
export interface NewFiles {
  readonly seriesId: number;
  readonly files: readonly NewFile[];
}

/** One of them. */
export interface NewFile {
  readonly name: string;
  readonly product: string;
  /** The name of the stack that it shows; none of instances, and of what stands for the one stack. */
  readonly stack?: string;
}

/** One statement whatever their number: the values travel as one JSON text. How many were new. */
export async function addFiles(
  session: Session,
  { seriesId, files }: NewFiles,
  { clock }: Pick<CatalogContext, 'clock'>,
): Promise<number> {
  const nowMs = clock.nowMs();
  const rows = files.map(({ name, product, stack = null }) => [name, product, stack]);
  const { numAffectedRows } = await sql`
    INSERT INTO file (series_id, stack_id, name, product, state, created_ms, modified_ms)
    SELECT ${seriesId}, stack.id, value ->> 0, value ->> 1,
      'announced', ${nowMs}, ${nowMs}
    FROM json_each(${JSON.stringify(rows)})
      LEFT JOIN stack ON stack.series_id = ${seriesId} AND stack.name = value ->> 2
    WHERE true
    ON CONFLICT (series_id, name) DO NOTHING`.execute(session);
  return Number(numAffectedRows ?? 0n);
}

/** Add what stands for the files of the one stack. */
export async function addAliases(
  session: Session,
  seriesId: number,
  context: Pick<CatalogContext, 'clock' | 'products'>,
): Promise<void> {
  const files = productsOf(context.products, 'stack').map((product) => ({
    name: `${aliasStem}${product}`,
    product,
  }));
  await addFiles(session, { seriesId, files }, context);
}
