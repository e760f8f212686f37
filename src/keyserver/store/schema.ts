import type { Migration } from '../../db/index.ts';

/** A stored share; all but `wrapped_y` is the associated data of its wrapping. */
export interface ShareTable {
  key_id: string;
  guid: string;
  version: number;
  generation: number;
  collection: string;
  policy_id: string;
  share_count: number;
  threshold: number;
  epoch: number;
  recipient_public_key: string;
  receipt_digest: string | null;
  /** JSON list. */
  commitments: string;
  x: number;
  /** Nonce, ciphertext, tag. */
  wrapped_y: Uint8Array;
}

export interface KeyServerSchema {
  share: ShareTable;
  /** Policies as the feed left them; `entries` is a JSON list. */
  policy: { id: string; version: number; entries: string };
  /** What the feed says of a key, also before its share arrives. */
  key_policy: { key_id: string; policy_id: string };
  /** Destroyed keys. Rows are never deleted. */
  tombstone: { key_id: string; feed_seq: number };
  feed: { seq: number; digest: string; statement: string };
  audit: { seq: number; time_ms: number; event: string; digest: string };
  /** One row: who this server is and a check of its master key. */
  server: { id: number; name: string; site: string; master_key_check: string };
}

export const migrations: readonly Migration[] = [
  {
    version: 1,
    name: 'shares-policies-feed-audit',
    sql: `
      CREATE TABLE share (
        key_id TEXT PRIMARY KEY,
        guid TEXT NOT NULL,
        version INTEGER NOT NULL,
        generation INTEGER NOT NULL,
        collection TEXT NOT NULL,
        policy_id TEXT NOT NULL,
        share_count INTEGER NOT NULL,
        threshold INTEGER NOT NULL,
        epoch INTEGER NOT NULL,
        recipient_public_key TEXT NOT NULL,
        receipt_digest TEXT,
        commitments TEXT NOT NULL,
        x INTEGER NOT NULL,
        wrapped_y BLOB NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE policy (
        id TEXT PRIMARY KEY,
        version INTEGER NOT NULL,
        entries TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE key_policy (
        key_id TEXT PRIMARY KEY,
        policy_id TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE tombstone (
        key_id TEXT PRIMARY KEY,
        feed_seq INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE feed (
        seq INTEGER PRIMARY KEY,
        digest TEXT NOT NULL,
        statement TEXT NOT NULL
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
