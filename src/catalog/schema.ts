import type { Generated } from 'kysely';
import type { Migration } from '../db/index.ts';

/** A directory; `path` is kept because it never changes and is what callers ask for. */
export interface NodeTable {
  id: Generated<number>;
  parent_id: number | null;
  path: string;
  name: string;
  kind: 'root' | 'site' | 'collection' | 'patient' | 'study' | 'series';
  series_id: number | null;
  /** 1: neither it nor anything below it is there for anybody, for now. */
  hidden: number;
  created_ms: number;
  modified_ms: number;
}

export interface CollectionTable {
  id: Generated<number>;
  node_id: number;
  site: string;
  name: string;
  delivery: 'open' | 'sealed';
  /** Comma-separated. */
  formats: string;
  /** Policy that the offer named; an operator may have attached another since. */
}

export interface SeriesTable {
  id: Generated<number>;
  collection_id: number;
  /** Null once withdrawn: then no path leads here. */
  node_id: number | null;
  patient_name: string;
  study_name: string;
  series_name: string;
  instance_count: number;
  /** 1 if an archive of the configuration holds it. */
  held: number;
  /** 1 while archives disagree about whose it is. */
  conflict: number;
  /** JSON of SeriesMetadata. */
  metadata: string;
}

/** One value of an attribute, or of a fact. */
export interface MetadataTable {
  series_id: number;
  keyword: string;
  position: number;
  text: string;
  number: number | null;
  /** 1 of a fact that headers prove: what an archive announces does not replace it. */
  proven: Generated<number>;
}

/** A withdrawn series; bars its path for ever. */
export interface TombstoneTable {
  site: string;
  collection: string;
  patient_name: string;
  study_name: string;
  series_name: string;
  reason: string;
  withdrawn_ms: number;
}

/** A proven stack of a series. */
export interface StackTable {
  id: Generated<number>;
  series_id: number;
  name: string;
  /** 1 while it is not of the series any more. */
  gone: number;
  /** Of the program that proved it. */
  edition: string;
}

export interface FileTable {
  id: Generated<number>;
  series_id: number;
  /** Null of an instance, and of what stands for the one stack of a series. */
  stack_id: number | null;
  name: string;
  product: string;
  /** 1 of an instance whose slices are listed in its place. */
  tiled: Generated<number>;
  /** 1 of a form that its stack has not, because it is refused: it answers with the code. */
  unmade: Generated<number>;
  /** `gone`: its stack is not of the series any more. */
  state: 'announced' | 'published' | 'withdrawn' | 'gone';
  refusal: string | null;
  /** What made the refusal: another edition of the program is asked anew. Null without one. */
  refusal_edition: string | null;
  /** Until when it is taken for granted. Null without one. */
  refused_until_ms: number | null;
  /** The current version; null when there is none, or the series has grown since. */
  version_id: number | null;
  created_ms: number;
  modified_ms: number;
}

export interface VersionTable {
  id: Generated<number>;
  file_id: number;
  guid: string;
  number: number;
  validator: string;
  key_id: string;
  recipient_public_key: Uint8Array;
  plaintext_size: number;
  sha256: string;
  receipt: string;
  created_ms: number;
  segment_digests: Uint8Array;
}

export interface ReplicaTable {
  id: string;
  file_id: number;
  version_id: number;
  storage: string;
  sealed_size: number;
  sealed_sha256: string;
  production: string;
  created_ms: number;
  last_read_ms: number;
  /** 1 when no name leads to it any more: replaced, outgrown or withdrawn. Goes first. */
  retired: number;
}

export interface RecallTable {
  id: Generated<number>;
  series_id: number;
  state: 'queued' | 'running' | 'done' | 'failed';
  failure: string | null;
  /** 0 interactive, 1 bulk. */
  rank: number;
  /** In whose turn it began; null while it waits. */
  charged: string | null;
  /** Numbers the turns in the order in which they were given. */
  turn: number | null;
  /** What it waits for, once that is known; empty before. */
  lane: Generated<string>;
  created_ms: number;
  updated_ms: number;
}

/** What an operator locked: nothing at or below `path` is there for anybody. */
export interface LockTable {
  path: string;
  /** The file, where it is one: its name may change. */
  file_id: number | null;
  reason: string;
  locked_by: string;
  locked_ms: number;
}

export interface CatalogSchema {
  node: NodeTable;
  collection: CollectionTable;
  series: SeriesTable;
  metadata: MetadataTable;
  tombstone: TombstoneTable;
  stack: StackTable;
  file: FileTable;
  version: VersionTable;
  replica: ReplicaTable;
  recall: RecallTable;
  recall_want: { recall_id: number; file_id: number };
  /** Who asked for it. */
  recall_asker: { recall_id: number; caller: string };
  stage: { token: string; caller: string; expires_ms: number };
  stage_file: {
    token: string;
    position: number;
    path: string;
    file_id: number | null;
    released: number;
    failure: string | null;
  };
  /**
   * What the key servers have still to be told, in the order of `id`: of a key that is not used, or of
   * a place and why it is destroyed; what else is so of it is looked up when they are told.
   */
  key_change: {
    id: Generated<number>;
    key_id: string | null;
    path: string | null;
    destroyed: string | null;
  };
  lock: LockTable;
  feed: { id: number; sequence: number };
}

/** The catalog's history on SQLite. */
export const catalogMigrations: readonly Migration[] = [
  {
    version: 1,
    name: 'catalog',
    sql: `
      CREATE TABLE node (
        id INTEGER PRIMARY KEY,
        parent_id INTEGER REFERENCES node (id),
        path TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        series_id INTEGER,
        hidden INTEGER NOT NULL,
        created_ms INTEGER NOT NULL,
        modified_ms INTEGER NOT NULL
      ) STRICT;
      CREATE UNIQUE INDEX node_child ON node (parent_id, name);

      CREATE TABLE collection (
        id INTEGER PRIMARY KEY,
        node_id INTEGER NOT NULL REFERENCES node (id),
        site TEXT NOT NULL,
        name TEXT NOT NULL,
        delivery TEXT NOT NULL,
        formats TEXT NOT NULL,
        UNIQUE (site, name)
      ) STRICT;

      CREATE TABLE series (
        id INTEGER PRIMARY KEY,
        collection_id INTEGER NOT NULL REFERENCES collection (id),
        node_id INTEGER REFERENCES node (id),
        patient_name TEXT NOT NULL,
        study_name TEXT NOT NULL,
        series_name TEXT NOT NULL,
        instance_count INTEGER NOT NULL,
        held INTEGER NOT NULL,
        conflict INTEGER NOT NULL,
        metadata TEXT NOT NULL,
        UNIQUE (collection_id, series_name, patient_name, study_name)
      ) STRICT;
      CREATE INDEX series_node ON series (node_id);

      CREATE TABLE metadata (
        series_id INTEGER NOT NULL REFERENCES series (id),
        keyword TEXT NOT NULL,
        position INTEGER NOT NULL,
        text TEXT NOT NULL,
        number REAL,
        proven INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (series_id, keyword, position)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX metadata_group ON metadata (text) WHERE keyword = 'AcquisitionGroup';

      CREATE TABLE tombstone (
        site TEXT NOT NULL,
        collection TEXT NOT NULL,
        patient_name TEXT NOT NULL,
        study_name TEXT NOT NULL,
        series_name TEXT NOT NULL,
        reason TEXT NOT NULL,
        withdrawn_ms INTEGER NOT NULL,
        PRIMARY KEY (site, collection, patient_name, study_name, series_name)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE stack (
        id INTEGER PRIMARY KEY,
        series_id INTEGER NOT NULL REFERENCES series (id),
        name TEXT NOT NULL,
        gone INTEGER NOT NULL,
        edition TEXT NOT NULL,
        UNIQUE (series_id, name)
      ) STRICT;

      CREATE TABLE file (
        id INTEGER PRIMARY KEY,
        series_id INTEGER NOT NULL REFERENCES series (id),
        stack_id INTEGER REFERENCES stack (id),
        name TEXT NOT NULL,
        product TEXT NOT NULL,
        tiled INTEGER NOT NULL DEFAULT 0,
        unmade INTEGER NOT NULL DEFAULT 0,
        state TEXT NOT NULL,
        refusal TEXT,
        refusal_edition TEXT,
        refused_until_ms INTEGER,
        version_id INTEGER,
        created_ms INTEGER NOT NULL,
        modified_ms INTEGER NOT NULL,
        UNIQUE (series_id, name)
      ) STRICT;

      CREATE TABLE version (
        id INTEGER PRIMARY KEY,
        file_id INTEGER NOT NULL REFERENCES file (id),
        guid TEXT NOT NULL,
        number INTEGER NOT NULL,
        validator TEXT NOT NULL UNIQUE,
        key_id TEXT NOT NULL,
        recipient_public_key BLOB NOT NULL,
        plaintext_size INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        receipt TEXT NOT NULL,
        created_ms INTEGER NOT NULL,
        segment_digests BLOB NOT NULL,
        UNIQUE (file_id, guid, number)
      ) STRICT;
      CREATE INDEX version_key ON version (key_id);
      CREATE TABLE key_change (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        key_id TEXT UNIQUE,
        path TEXT UNIQUE,
        destroyed TEXT
      ) STRICT;
      CREATE TABLE lock (
        path TEXT PRIMARY KEY,
        file_id INTEGER REFERENCES file (id),
        reason TEXT NOT NULL,
        locked_by TEXT NOT NULL,
        locked_ms INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX lock_file ON lock (file_id) WHERE file_id IS NOT NULL;

      CREATE TABLE replica (
        id TEXT PRIMARY KEY,
        file_id INTEGER NOT NULL REFERENCES file (id),
        version_id INTEGER NOT NULL REFERENCES version (id),
        storage TEXT NOT NULL,
        sealed_size INTEGER NOT NULL,
        sealed_sha256 TEXT NOT NULL,
        production TEXT NOT NULL,
        created_ms INTEGER NOT NULL,
        last_read_ms INTEGER NOT NULL,
        retired INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX replica_file ON replica (file_id);
      CREATE UNIQUE INDEX replica_current ON replica (version_id) WHERE retired = 0;
      CREATE INDEX replica_read ON replica (last_read_ms);

      CREATE TABLE recall (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        series_id INTEGER NOT NULL REFERENCES series (id),
        state TEXT NOT NULL,
        failure TEXT,
        rank INTEGER NOT NULL,
        charged TEXT,
        turn INTEGER,
        lane TEXT NOT NULL DEFAULT '',
        created_ms INTEGER NOT NULL,
        updated_ms INTEGER NOT NULL
      ) STRICT;
      CREATE UNIQUE INDEX recall_open ON recall (series_id) WHERE state IN ('queued', 'running');
      CREATE INDEX recall_turn ON recall (state, rank, id);
      CREATE INDEX recall_charged ON recall (charged, turn);
      CREATE INDEX recall_newest_turn ON recall (turn);
      CREATE INDEX recall_settled ON recall (updated_ms) WHERE state IN ('done', 'failed');
      CREATE TABLE recall_asker (
        recall_id INTEGER NOT NULL REFERENCES recall (id) ON DELETE CASCADE,
        caller TEXT NOT NULL,
        PRIMARY KEY (recall_id, caller)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX recall_asker_caller ON recall_asker (caller, recall_id);
      CREATE TABLE recall_want (
        recall_id INTEGER NOT NULL REFERENCES recall (id) ON DELETE CASCADE,
        file_id INTEGER NOT NULL REFERENCES file (id),
        PRIMARY KEY (recall_id, file_id)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE stage (
        token TEXT PRIMARY KEY,
        caller TEXT NOT NULL,
        expires_ms INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX stage_caller ON stage (caller);
      CREATE INDEX stage_expiry ON stage (expires_ms);
      CREATE TABLE stage_file (
        token TEXT NOT NULL REFERENCES stage (token) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        path TEXT NOT NULL,
        file_id INTEGER REFERENCES file (id),
        released INTEGER NOT NULL,
        failure TEXT,
        PRIMARY KEY (token, position)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX stage_pin ON stage_file (file_id) WHERE released = 0;

      CREATE TABLE feed (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        sequence INTEGER NOT NULL
      ) STRICT;
      INSERT INTO feed VALUES (1, 0);
    `,
  },
];
