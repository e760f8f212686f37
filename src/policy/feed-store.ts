import { type Database, openSqlite } from '../db/index.ts';
import type { FeedStore } from '../keys/index.ts';

interface FeedSchema {
  feed_entry: { seq: number; digest: string; statement: string };
  policy_sent: { policy_id: string; version: number };
}

/** The policy feed at rest, and which version of each policy it holds. */
export interface PolicyFeedStore extends FeedStore {
  /** Version of a policy that the feed holds; 0 if none, or if it was removed. */
  sentVersion(policyId: string): Promise<number>;
  noteSent(policyId: string, version: number): Promise<void>;
  close(): Promise<void>;
}

/** Open the store of the feed at `path`. */
export async function openPolicyFeedStore(path: string): Promise<PolicyFeedStore> {
  const db: Database<FeedSchema> = await openSqlite<FeedSchema>({
    path,
    migrations: [
      {
        version: 1,
        name: 'policy-feed',
        sql: `
          CREATE TABLE feed_entry (
            seq INTEGER PRIMARY KEY,
            digest TEXT NOT NULL,
            statement TEXT NOT NULL
          ) STRICT;
          CREATE TABLE policy_sent (
            policy_id TEXT PRIMARY KEY,
            version INTEGER NOT NULL
          ) STRICT, WITHOUT ROWID;
        `,
      },
    ],
  });
  const { query } = db;
  return {
    last: () =>
      query
        .selectFrom('feed_entry')
        .select(['seq', 'digest'])
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst(),
    async append(entry) {
      await query.insertInto('feed_entry').values(entry).execute();
    },
    async after(seq, limit) {
      const rows = await query
        .selectFrom('feed_entry')
        .select('statement')
        .where('seq', '>', seq)
        .orderBy('seq')
        .limit(limit)
        .execute();
      return rows.map((row) => row.statement);
    },
    async sentVersion(policyId) {
      const row = await query
        .selectFrom('policy_sent')
        .select('version')
        .where('policy_id', '=', policyId)
        .executeTakeFirst();
      return row?.version ?? 0;
    },
    async noteSent(policyId, version) {
      await query
        .insertInto('policy_sent')
        .values({ policy_id: policyId, version })
        .onConflict((conflict) => conflict.column('policy_id').doUpdateSet({ version }))
        .execute();
    },
    close: () => db.close(),
  };
}
