import type { Transaction } from 'kysely';
import type { KeyServerSchema, ShareTable } from './schema.ts';

/** Rows of one statement: a statement for each row costs three times as much. */
const rowsPerInsert = 100;

/** Insert rows that are not there. */
export async function insertShares(
  tx: Transaction<KeyServerSchema>,
  rows: readonly ShareTable[],
): Promise<void> {
  for (let at = 0; at < rows.length; at += rowsPerInsert)
    await tx
      .insertInto('share')
      .values(rows.slice(at, at + rowsPerInsert))
      .execute();
}
