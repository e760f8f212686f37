import { sql, type Transaction } from 'kysely';
import type { Database } from '../../db/index.ts';
import type { IndexOutbox } from './clinical-index.ts';
import type { CatalogChangeText } from './outbox.ts';
import type { IndexSchema } from './schema.ts';

/** The outbox over the database. */
export function createOutbox(db: Database<IndexSchema>): IndexOutbox {
  return {
    post: (changes) => db.transaction((tx) => putIntoOutbox(tx, changes)),
    async after(sequence, limit) {
      const rows = await db.query
        .selectFrom('outbox')
        .selectAll()
        .where('sequence', '>', sequence)
        .orderBy('sequence')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        sequence: row.sequence,
        change: row.change_json as CatalogChangeText,
      }));
    },
    align: (applied) => db.transaction((tx) => align(tx, applied)),
  };
}

/** Part of the transaction of what the changes tell of. */
export async function putIntoOutbox(
  tx: Transaction<IndexSchema>,
  changes: readonly CatalogChangeText[],
): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map((change) => ({ change_json: change }));
  await tx.insertInto('outbox').values(rows).execute();
}

async function align(
  tx: Transaction<IndexSchema>,
  applied: number,
): Promise<'continued' | 'restarted'> {
  await tx.deleteFrom('outbox').where('sequence', '<=', applied).execute();
  const first = await tx
    .selectFrom('outbox')
    .select((select) => select.fn.min('sequence').as('sequence'))
    .executeTakeFirst();
  // A sequence that was given is never given again, also when its row is gone.
  const { rows } = await sql<{
    seq: number;
  }>`SELECT seq FROM sqlite_sequence WHERE name = 'outbox'`.execute(tx);
  const next = first?.sequence ?? (rows[0]?.seq ?? 0) + 1;
  if (next === applied + 1) return 'continued';
  await tx.deleteFrom('outbox').execute();
  await sql`DELETE FROM sqlite_sequence WHERE name = 'outbox'`.execute(tx);
  await sql`INSERT INTO sqlite_sequence (name, seq) VALUES ('outbox', ${applied})`.execute(tx);
  await tx
    .updateTable('entry')
    .set({ content: new Uint8Array(0) })
    .execute();
  await tx.updateTable('recipe').set({ reviewed: 0 }).execute();
  return 'restarted';
}
