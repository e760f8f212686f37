import type { ColumnType, Generated } from 'kysely';
import type { Migration } from '../../db/index.ts';

type Blob = ColumnType<Uint8Array, Uint8Array, Uint8Array>;

/** Tables of the clinical index. Blobs named `sealed` hold identities under the hospital's key. */
export interface IndexSchema {
  subject: { id: Generated<number>; lookup: Blob; sealed: Blob };
  series: {
    id: Generated<number>;
    pacs: string;
    lookup: Blob;
    subject_id: number;
    /** Keyed digest of the instance list: changes when the series grows or is corrected. */
    content: Blob;
    sealed: Blob;
    seen_ms: number;
  };
  minted_name: { collection: string; name: string; lookup: Blob };
  announced: {
    collection: string;
    series_id: number;
    series_name: string;
    content: Blob;
    sealed: Blob;
  };
  outbox: { sequence: Generated<number>; change_json: string };
  /** Answers of the longest list that a PACS ever gave. */
  longest_list: { pacs: string; length: number };
}

export const indexMigrations: readonly Migration[] = [
  {
    version: 1,
    name: 'clinical-index',
    sql: `
      CREATE TABLE subject (
        id INTEGER PRIMARY KEY,
        lookup BLOB NOT NULL UNIQUE,
        sealed BLOB NOT NULL
      ) STRICT;
      CREATE TABLE series (
        id INTEGER PRIMARY KEY,
        pacs TEXT NOT NULL,
        lookup BLOB NOT NULL,
        subject_id INTEGER NOT NULL REFERENCES subject (id),
        content BLOB NOT NULL,
        sealed BLOB NOT NULL,
        seen_ms INTEGER NOT NULL,
        UNIQUE (pacs, lookup)
      ) STRICT;
      CREATE TABLE minted_name (
        collection TEXT NOT NULL,
        name TEXT NOT NULL,
        lookup BLOB NOT NULL,
        PRIMARY KEY (collection, name)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE announced (
        collection TEXT NOT NULL,
        series_id INTEGER NOT NULL REFERENCES series (id),
        series_name TEXT NOT NULL,
        content BLOB NOT NULL,
        sealed BLOB NOT NULL,
        PRIMARY KEY (collection, series_id),
        UNIQUE (collection, series_name)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE outbox (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        change_json TEXT NOT NULL
      ) STRICT;
      CREATE TABLE longest_list (
        pacs TEXT PRIMARY KEY,
        length INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
    `,
  },
];
