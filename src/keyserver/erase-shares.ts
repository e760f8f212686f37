import { sql, type Transaction } from 'kysely';
import { type FeedState, namesOf, type Place, volumeStem } from '../keys/index.ts';
import type { KeyServerCore } from './key-server-core.ts';
import { keyserverLimits } from './limits.ts';
import type { KeyServerSchema } from './store/schema.ts';
import { subjectOf } from './store/share-row.ts';

/** Where shares may have to be erased: the feed decides of each whether it is. */
export interface ErasureScope {
  readonly places: readonly Place[];
  readonly keyIds: readonly string[];
}

/** All that was ever destroyed: what a crash left, or a restored backup brought back. */
export function wholeScope(state: FeedState): ErasureScope {
  return { places: [...state.places.withMark('destroyed')], keyIds: [...state.destroyedKeys] };
}

type Core = Pick<KeyServerCore, 'db'>;
type Tx = Transaction<KeyServerSchema>;
type Row = Parameters<typeof subjectOf>[0] & { readonly key_id: string };

/**
 * Erase the shares in a scope that the feed calls destroyed and no hold keeps, in parts. The write-ahead
 * log is emptied too, so that nothing of them is in any file when it resolves.
 * @returns how many
 */
export async function eraseDestroyed(
  core: Core,
  state: FeedState,
  { places, keyIds }: ErasureScope,
): Promise<number> {
  let erased = 0;
  for (const place of places)
    erased += await erase(core, state, (tx, after) => below(tx, place, after));
  if (keyIds.length > 0)
    erased += await erase(core, state, (tx, after) => among(tx, keyIds, after));
  if (erased > 0) await core.db.checkpoint();
  return erased;
}

/** Read in the turn that erases: a deposit that was let in before the feed said so is ahead of it. */
async function erase(
  { db }: Core,
  state: FeedState,
  read: (tx: Tx, after: string) => Promise<readonly Row[]>,
): Promise<number> {
  let erased = 0;
  for (let after: string | undefined = ''; after !== undefined; ) {
    const from: string = after;
    after = await db.transaction(async (tx) => {
      const rows = await read(tx, from);
      const doomed = rows.filter((row) => isDoomed(state, row)).map(({ key_id }) => key_id);
      if (doomed.length > 0) await tx.deleteFrom('share').where('key_id', 'in', doomed).execute();
      erased += doomed.length;
      return rows.at(-1)?.key_id;
    });
  }
  return erased;
}

function isDoomed(state: FeedState, row: Row): boolean {
  const of = subjectOf(row);
  return state.isDestroyed({ keyId: row.key_id, of }) && !state.isHeld(of);
}

const columns = ['collection', 'subject', 'study', 'series', 'stem'] as const;

function rowsAfter(tx: Tx, after: string) {
  return tx
    .selectFrom('share')
    .select(['key_id', 'owner', ...columns])
    .where('key_id', '>', after)
    .orderBy('key_id')
    .limit(keyserverLimits.sharesErasedAtOnce);
}

/** Rows at or below a place; those of a volume with the `volume` of its series. */
function below(tx: Tx, place: Place, after: string): Promise<readonly Row[]> {
  let rows = rowsAfter(tx, after);
  for (const [level, name] of namesOf(place).entries()) {
    const column = columns[level] ?? 'stem';
    const isVolume = column === 'stem' && name.startsWith('v-');
    rows = rows.where(column, 'in', isVolume ? [name, volumeStem] : [name]);
  }
  return rows.execute();
}

function among(tx: Tx, keyIds: readonly string[], after: string): Promise<readonly Row[]> {
  const ids = JSON.stringify(keyIds);
  return rowsAfter(tx, after)
    .where('key_id', 'in', sql<string>`(SELECT value FROM json_each(${ids}))`)
    .execute();
}
