import type { Migration } from '../../db/index.ts';

/** A stored share; all but `wrapped_y` is the associated data of its wrapping. */
export interface ShareTable {
  key_id: string;
  guid: string;
  version: number;
  generation: number;
  /** What the key is of: a line, or an owner; the others are null. */
  collection: string | null;
  subject: string | null;
  study: string | null;
  series: string | null;
  stem: string | null;
  owner: string | null;
  policy_id: string;
  threshold: number;
  epoch: number;
  recipient_public_key: string;
  /** JSON list. */
  holders: string;
  x: number;
  /** Made anew under this order; null where it was deposited or recovered. */
  run: string | null;
  /** Where no run is: the entry of the feed since which it counts. */
  since: number;
  /** Nonce, ciphertext, tag. */
  wrapped_y: Uint8Array;
}

export interface KeyServerSchema {
  share: ShareTable;
  /** Orders under which shares are made anew, until nothing is left to do for them. */
  run: { run: string; state: 'staged' | 'ready' | 'proven'; staged: string };
  /**
   * The feed as it came. Read at the start, verified, and never for a decision. `branch` is 0 for the
   * chain that is followed; entries that were given up stay under other numbers, for what they destroyed.
   */
  feed: { branch: number; seq: number; digest: string; statement: string };
  audit: { seq: number; time_ms: number; event: string; digest: string };
  /** One row: who this server is and a check of its master key. */
  server: { id: number; name: string; site: string; master_key_check: string };
}

export const migrations: readonly Migration[] = [
  {
    version: 1,
    name: 'shares-feed-audit-4',
    sql: `
      CREATE TABLE share (
        key_id TEXT NOT NULL,
        guid TEXT NOT NULL,
        version INTEGER NOT NULL,
        generation INTEGER NOT NULL,
        collection TEXT,
        subject TEXT,
        study TEXT,
        series TEXT,
        stem TEXT,
        owner TEXT,
        policy_id TEXT NOT NULL,
        threshold INTEGER NOT NULL,
        epoch INTEGER NOT NULL,
        recipient_public_key TEXT NOT NULL,
        holders TEXT NOT NULL,
        x INTEGER NOT NULL,
        run TEXT,
        since INTEGER NOT NULL,
        wrapped_y BLOB NOT NULL,
        PRIMARY KEY (key_id, epoch)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX share_run ON share (run) WHERE run IS NOT NULL;
      CREATE TABLE run (
        run TEXT PRIMARY KEY,
        state TEXT NOT NULL,
        staged TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX share_place ON share (collection, subject, study, series, stem);
      CREATE INDEX share_owner ON share (owner) WHERE owner IS NOT NULL;
      CREATE TABLE feed (
        branch INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        digest TEXT NOT NULL,
        statement TEXT NOT NULL,
        PRIMARY KEY (branch, seq)
      ) STRICT;
      CREATE TABLE audit (
        seq INTEGER PRIMARY KEY,
        time_ms INTEGER NOT NULL,
        event TEXT NOT NULL,
        digest TEXT NOT NULL
      ) STRICT;
      CREATE TABLE server (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        name TEXT NOT NULL,
        site TEXT NOT NULL,
        master_key_check TEXT NOT NULL
      ) STRICT;
    `,
  },
];
