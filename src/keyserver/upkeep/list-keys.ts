import {
  type KeyListAnswer,
  keyDigestOf,
  keysLimits,
  type ListedKey,
  verifyKeyList,
} from '../../keys/index.ts';
import { type CurrentShare, currentOf } from '../current-shares.ts';
import { keyserverErrors } from '../errors.ts';
import type { KeyServerCore } from '../key-server-core.ts';
import type { ShareTable } from '../store/schema.ts';
import { checkAge } from './read-order.ts';

/**
 * Which keys this server has a share of that counts, in pages. What is destroyed is not listed: under a
 * hold it is still there, and is nobody's any more. A damaged share is none: it is to be made again.
 * @throws KEYSERVER_NOT_ADDRESSED, KEYSERVER_ORDER_STALE, and what the verifier throws
 */
export async function listKeys(core: KeyServerCore, statement: string): Promise<KeyListAnswer> {
  const { server, after, timeMs } = await verifyKeyList(statement, core.feedKeys);
  if (server !== core.name) throw keyserverErrors.create('KEYSERVER_NOT_ADDRESSED');
  checkAge(core, timeMs);
  const { rows, next } = await pageAfter(core, after);
  const current = [...currentOf(core, rows).values()];
  const { state } = core.feed;
  const alive = current.filter(({ share }) => !state.isDestroyed(share.key));
  const undecided = core.runs
    .entries()
    .filter(([run, { state: of }]) => of !== 'staged' && !state.epochs.decisionOf(run))
    .slice(0, keysLimits.runsUndecidedMax);
  return { keys: alive.map(listed), next, undecided: undecided.map(([run]) => run) };
}

/** Whole keys: the rows of one at the end of a page are left to the next. */
async function pageAfter(
  { db }: KeyServerCore,
  after: string | null,
): Promise<{ readonly rows: readonly ShareTable[]; readonly next: string | null }> {
  const limit = keysLimits.keysListedMax;
  const rows = await db.query
    .selectFrom('share')
    .selectAll()
    .where('key_id', '>', after ?? '')
    .orderBy('key_id')
    .limit(limit)
    .execute();
  if (rows.length < limit) return { rows, next: null };
  const last = rows.at(-1)?.key_id ?? '';
  const whole = rows.filter((row) => row.key_id !== last);
  return { rows: whole, next: whole.at(-1)?.key_id ?? null };
}

function listed({ share: { key }, since }: CurrentShare): ListedKey {
  const { keyId, epoch, threshold } = key;
  const holders = key.holders.map(({ server }) => server);
  return { keyId, digest: keyDigestOf(key), epoch, since, threshold, holders };
}
