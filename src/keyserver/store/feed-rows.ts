import type { Transaction } from 'kysely';
import type { Database } from '../../db/index.ts';
import type { FeedPosition } from '../../keys/index.ts';
import type { KeyServerSchema } from './schema.ts';

/** The chain that is followed. */
const followed = 0;

/** An entry at rest. */
export type FeedRow = FeedPosition & { readonly statement: string };

/** Statements of the chain after entry `seq`, in order. */
export async function statementsAfter(
  db: Database<KeyServerSchema>,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<readonly string[]> {
  const rows = await db.query
    .selectFrom('feed')
    .select('statement')
    .where('branch', '=', followed)
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(limit)
    .execute();
  return rows.map(({ statement }) => statement);
}

/** Over whatever may lie there: an edited row is no reason to refuse the entry that belongs there. */
export async function writeEntry(tx: Transaction<KeyServerSchema>, row: FeedRow): Promise<void> {
  const { digest, statement } = row;
  await tx
    .insertInto('feed')
    .values({ branch: followed, ...row })
    .onConflict((conflict) =>
      conflict.columns(['branch', 'seq']).doUpdateSet({ digest, statement }),
    )
    .execute();
}

/** The entries after `seq` were given up: they are of the chain no more. */
export async function setAside(tx: Transaction<KeyServerSchema>, seq: number): Promise<void> {
  const { branch } = await tx
    .selectFrom('feed')
    .select((select) => select.fn.max('branch').as('branch'))
    .executeTakeFirstOrThrow();
  await tx
    .updateTable('feed')
    .set({ branch: branch + 1 })
    .where('branch', '=', followed)
    .where('seq', '>', seq)
    .execute();
}

/** Statements that were given up. */
export async function statementsAside(db: Database<KeyServerSchema>): Promise<readonly string[]> {
  const rows = await db.query
    .selectFrom('feed')
    .select('statement')
    .where('branch', '>', followed)
    .execute();
  return rows.map(({ statement }) => statement);
}
