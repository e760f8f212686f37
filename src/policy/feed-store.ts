import { type Database, openSqlite } from '../db/index.ts';
import type { FeedStore } from '../keys/index.ts';

interface FeedSchema {
  feed_entry: { seq: number; digest: string; statement: string };
  /** What servers signed of entries: the certificate that they have them. */
  feed_ack: { seq: number; server: string; statement: string };
}

/** The policy feed at rest. */
export interface PolicyFeedStore extends FeedStore {
  close(): Promise<void>;
}

/** Open the store of the feed at `path`. */
export async function openPolicyFeedStore(path: string): Promise<PolicyFeedStore> {
  const db: Database<FeedSchema> = await openSqlite<FeedSchema>({
    path,
    migrations: [
      {
        version: 1,
        name: 'policy-feed-2',
        sql: `
          CREATE TABLE feed_entry (
            seq INTEGER PRIMARY KEY,
            digest TEXT NOT NULL,
            statement TEXT NOT NULL
          ) STRICT;
          CREATE TABLE feed_ack (
            seq INTEGER NOT NULL,
            server TEXT NOT NULL,
            statement TEXT NOT NULL,
            PRIMARY KEY (seq, server)
          ) STRICT, WITHOUT ROWID;
        `,
      },
    ],
  });
  const { query } = db;
  return {
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
    async dropAfter(seq) {
      await db.transaction(async (tx) => {
        await tx.deleteFrom('feed_entry').where('seq', '>', seq).execute();
        await tx.deleteFrom('feed_ack').where('seq', '>', seq).execute();
      });
    },
    async keepAck(ack) {
      await query
        .insertInto('feed_ack')
        .values(ack)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
    acksOf: (seq) =>
      query.selectFrom('feed_ack').selectAll().where('seq', '=', seq).orderBy('server').execute(),
    close: () => db.close(),
  };
}
