import type { ColumnType, Generated } from 'kysely';
import type { Migration } from '../../db/index.ts';

type Blob = ColumnType<Uint8Array, Uint8Array, Uint8Array>;

/** Tables of the clinical index. Blobs named `sealed` hold identities under the hospital's key. */
export interface IndexSchema {
  subject: { id: Generated<number>; lookup: Blob; sealed: Blob };
  /** One row a holding: what one PACS holds of a series. */
  series: {
    id: Generated<number>;
    pacs: string;
    /** Keyed digest of study and series: the same at every PACS. */
    lookup: Blob;
    subject_id: number;
    /** Keyed digest of whose it is, of its kind and of the instance list. */
    content: Blob;
    /** Counts over all holdings: grows whenever `content` changes. */
    revision: number;
    sealed: Blob;
    seen_ms: number;
  };
  minted_name: { collection: string; name: string; lookup: Blob };
  /** A series in a collection, as the catalog was told. */
  entry: {
    collection: string;
    lookup: Blob;
    patient_name: string;
    study_name: string;
    series_name: string;
    state: 'shown' | 'hidden' | 'conflict';
    /** 1: it belongs to the collection no more, and is to be hidden. */
    leaving: number;
    /** Keyed digest of what was announced; empty: to be announced again. */
    content: Blob;
    /** Grows whenever what was announced, or the recipe that files are made by, is another one. */
    state_number: number;
    /** Digest of that recipe; empty before the first file. */
    file_recipe: string;
    sealed: Blob;
  };
  /** Files that something was stated of, or is about to be. */
  minted_file: {
    collection: string;
    patient_name: string;
    study_name: string;
    series_name: string;
    file: string;
    guid: string;
    /** Number of the newest version that was stated; 0 before the first. */
    version: number;
  };
  /** Paths that never come back. */
  withdrawn: {
    id: Generated<number>;
    collection: string;
    patient_name: string;
    study_name: string;
    series_name: string;
    reason: string;
  };
  /** Collections ever offered, and how far the holdings were reviewed under which recipe. */
  recipe: {
    collection: string;
    site: string;
    /** Keyed digest of the filter and the configured archives. */
    digest: Blob;
    reviewed: number;
    /** JSON: values of the filter that no holding has, as `modalities[1]`. */
    unseen: string;
    hidden: number;
  };
  /** Series that a collection could not show; tried again at every review. */
  failure: { collection: string; lookup: Blob; code: string; since_ms: number };
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
        revision INTEGER NOT NULL UNIQUE,
        sealed BLOB NOT NULL,
        seen_ms INTEGER NOT NULL,
        UNIQUE (lookup, pacs)
      ) STRICT;
      CREATE TABLE minted_name (
        collection TEXT NOT NULL,
        name TEXT NOT NULL,
        lookup BLOB NOT NULL,
        PRIMARY KEY (collection, name)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE entry (
        collection TEXT NOT NULL,
        lookup BLOB NOT NULL,
        patient_name TEXT NOT NULL,
        study_name TEXT NOT NULL,
        series_name TEXT NOT NULL,
        state TEXT NOT NULL,
        leaving INTEGER NOT NULL,
        content BLOB NOT NULL,
        state_number INTEGER NOT NULL,
        file_recipe TEXT NOT NULL,
        sealed BLOB NOT NULL,
        PRIMARY KEY (collection, lookup),
        UNIQUE (collection, series_name)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX entry_leaving ON entry (collection, study_name) WHERE leaving = 1;
      CREATE INDEX entry_study ON entry (collection, study_name, state);
      CREATE TABLE minted_file (
        collection TEXT NOT NULL,
        patient_name TEXT NOT NULL,
        study_name TEXT NOT NULL,
        series_name TEXT NOT NULL,
        file TEXT NOT NULL,
        guid TEXT NOT NULL,
        version INTEGER NOT NULL,
        PRIMARY KEY (collection, series_name, study_name, patient_name, file)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE withdrawn (
        id INTEGER PRIMARY KEY,
        collection TEXT NOT NULL,
        patient_name TEXT NOT NULL,
        study_name TEXT NOT NULL,
        series_name TEXT NOT NULL,
        reason TEXT NOT NULL,
        UNIQUE (collection, series_name, study_name, patient_name)
      ) STRICT;
      CREATE TABLE recipe (
        collection TEXT PRIMARY KEY,
        site TEXT NOT NULL,
        digest BLOB NOT NULL,
        reviewed INTEGER NOT NULL,
        unseen TEXT NOT NULL,
        hidden INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE failure (
        collection TEXT NOT NULL,
        lookup BLOB NOT NULL,
        code TEXT NOT NULL,
        since_ms INTEGER NOT NULL,
        PRIMARY KEY (collection, lookup)
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
