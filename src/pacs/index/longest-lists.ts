import { sql } from 'kysely';
import type { Database } from '../../db/index.ts';
import type { ListMemory } from '../lists/list-memory.ts';
import type { IndexSchema } from './schema.ts';

/** How long the longest list of each PACS was; written only when a longer one comes. */
export function createListMemory(db: Database<IndexSchema>): ListMemory {
  const known = new Map<string, number>();

  const longestOf = async (pacs: string): Promise<number> => {
    const remembered = known.get(pacs);
    if (remembered !== undefined) return remembered;
    const query = db.query.selectFrom('longest_list').select('length').where('pacs', '=', pacs);
    return (await query.executeTakeFirst())?.length ?? 0;
  };

  const lengthen = async (pacs: string, length: number): Promise<void> => {
    await db.query
      .insertInto('longest_list')
      .values({ pacs, length })
      .onConflict((conflict) =>
        conflict.column('pacs').doUpdateSet({ length: sql`max(length, excluded.length)` }),
      )
      .execute();
  };

  return {
    async isLongest(pacs, length) {
      const longest = await longestOf(pacs);
      if (length > longest) await lengthen(pacs, length);
      known.set(pacs, Math.max(longest, length, known.get(pacs) ?? 0));
      return length >= longest;
    },
  };
}
