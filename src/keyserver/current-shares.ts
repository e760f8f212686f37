import type { Transaction } from 'kysely';
import type { Database } from '../db/index.ts';
import type { StoredShare } from '../keys/index.ts';
import type { KeyServerCore } from './key-server-core.ts';
import type { KeyServerSchema, ShareTable } from './store/schema.ts';
import { unwrapShare } from './store/share-row.ts';

/** The shares of a key that count. */
export interface CurrentShare {
  readonly share: StoredShare;
  /** The entry of the feed since which it counts. */
  readonly since: number;
  /** What it followed, while servers that have not heard of it may still give theirs. */
  readonly earlier: StoredShare | undefined;
}

type Core = Pick<KeyServerCore, 'db' | 'feed' | 'runs' | 'masterKey' | 'log'>;

/** Of each of these keys the shares that count; none of one that is absent, damaged or outdated. */
export async function currentShares(
  core: Core,
  keyIds: readonly string[],
  query: Transaction<KeyServerSchema> | Database<KeyServerSchema>['query'] = core.db.query,
): Promise<ReadonlyMap<string, CurrentShare>> {
  const rows = await query.selectFrom('share').selectAll().where('key_id', 'in', keyIds).execute();
  return currentOf(core, rows);
}

/** As `currentShares`, of all rows of some keys. */
export function currentOf(
  core: Core,
  rows: readonly ShareTable[],
): ReadonlyMap<string, CurrentShare> {
  const current = new Map<string, CurrentShare>();
  for (const [keyId, all] of Map.groupBy(rows, (row) => row.key_id)) {
    const newestFirst = all
      .filter((row) => counts(core, row))
      .toSorted((a, b) => b.epoch - a.epoch);
    const [found, earlier] = newestFirst.flatMap((row) => readShare(core, row));
    if (found !== undefined) current.set(keyId, { ...found, earlier: earlier?.share });
  }
  return current;
}

/** Whether a row holds a share that counts: not one that is only staged, nor one of before a refresh. */
function counts({ feed, runs }: Core, row: ShareTable): boolean {
  const { epochs } = feed.state;
  if (row.run === null) return row.since >= epochs.since;
  const decision = epochs.decisionOf(row.run);
  const isCommitted = decision?.isCommitted === true && runs.isProven(row.run);
  return isCommitted && decision.seq >= epochs.since;
}

/** None of a row that was changed: one damaged share denies nobody the others. */
function readShare(
  { feed, masterKey, log }: Core,
  row: ShareTable,
): readonly Omit<CurrentShare, 'earlier'>[] {
  try {
    const share = unwrapShare(row, masterKey);
    const decision = row.run === null ? undefined : feed.state.epochs.decisionOf(row.run);
    return [{ share, since: decision?.seq ?? row.since }];
  } catch (error) {
    log.error('keyserver.share_damaged', { keyId: row.key_id, detail: String(error) });
    return [];
  }
}
