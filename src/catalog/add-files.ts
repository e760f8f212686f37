import { sql } from 'kysely';
import { toHex } from '../lib/bytes/bytes.ts';
import type { CatalogContext, Session } from './context.ts';

/** Files to add to a series; those whose names are there are left as they are. */
export interface NewFiles {
  readonly seriesId: number;
  /** The stack that they show; null of instances, and of what stands for the one stack. */
  readonly stackId: number | null;
  readonly files: readonly { readonly name: string; readonly product: string }[];
}

/** One statement whatever their number: the values travel as one JSON text. How many were new. */
export async function addFiles(
  session: Session,
  { seriesId, stackId, files }: NewFiles,
  { clock, random }: Pick<CatalogContext, 'clock' | 'random'>,
): Promise<number> {
  const nowMs = clock.nowMs();
  const guids = toHex(random.bytes(16 * files.length));
  const rows = files.map(({ name, product }, index) => [
    guids.slice(32 * index, 32 * index + 32),
    name,
    product,
  ]);
  const { numAffectedRows } = await sql`
    INSERT INTO file (guid, series_id, stack_id, name, product, state, created_ms, modified_ms)
    SELECT value ->> 0, ${seriesId}, ${stackId}, value ->> 1, value ->> 2,
      'announced', ${nowMs}, ${nowMs}
    FROM json_each(${JSON.stringify(rows)}) WHERE true
    ON CONFLICT (series_id, name) DO NOTHING`.execute(session);
  return Number(numAffectedRows ?? 0n);
}
