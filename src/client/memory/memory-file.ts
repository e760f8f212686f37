import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { clientLimits } from '../limits.ts';
import { isToRemember, type SeenVersion } from './recollection.ts';

/** What is remembered, on disk. Keys are 32 hex digits. Calls throw what the disk fails with. */
export interface MemoryFile {
  find(key: string): SeenVersion | undefined;
  /** In one commit. What somebody wrote meanwhile stays where it is the newer. */
  write(seen: ReadonlyMap<string, SeenVersion>): void;
  close(): void;
}

const formatVersion = 1;

/** `place` grows with each change: the smallest is what was left alone for longest. */
const schema = `
  CREATE TABLE seen (
    place INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    guid TEXT NOT NULL,
    version INTEGER NOT NULL,
    digest BLOB NOT NULL,
    time_ms INTEGER NOT NULL
  ) STRICT;
  PRAGMA user_version = ${formatVersion};`;

interface Row {
  readonly guid: string;
  readonly version: number;
  readonly digest: string;
  readonly time_ms: number;
}

/**
 * Open the file; made, with its folder, readable by its owner alone, if it is absent. A database with
 * a rollback journal, because folders of users are often on network file systems, where a write-ahead
 * log is not safe; its locks let commands run side by side, and its journal survives a crash.
 */
export function openMemoryFile(
  path: string,
  limits: { readonly memoryFilesMax: number } = clientLimits,
): MemoryFile {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // Created here, because the engine would create it readable by everybody.
  closeSync(openSync(path, 'a', 0o600));
  const db = openDatabase(path);
  try {
    prepareSchema(db);
  } catch (error) {
    db.close();
    throw error;
  }
  const find = db.prepare(
    'SELECT guid, version, hex(digest) AS digest, time_ms FROM seen WHERE key = unhex(?)',
  );
  const put = db.prepare(
    'INSERT OR REPLACE INTO seen (key, guid, version, digest, time_ms) VALUES (unhex(?), ?, ?, unhex(?), ?)',
  );
  const forget = db.prepare('DELETE FROM seen WHERE place <= (SELECT max(place) FROM seen) - ?');
  const findSeen = (key: string): SeenVersion | undefined => {
    const row = find.get(key) as unknown as Row | undefined; // as the statement selects
    return row === undefined ? undefined : seenOfRow(row);
  };
  return {
    find: findSeen,
    write: (seen) =>
      inTransaction(db, () => {
        for (const [key, one] of seen) {
          const { guid, version, digest, timeMs } = one;
          if (isToRemember(findSeen(key), one)) put.run(key, guid, version, digest, timeMs);
        }
        forget.run(limits.memoryFilesMax);
      }),
    close: () => db.close(),
  };
}

function openDatabase(path: string): DatabaseSync {
  const emitWarning = process.emitWarning.bind(process);
  // Earlier releases of Node 24 warn on standard error that this module is new.
  process.emitWarning = () => undefined;
  try {
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
    return new DatabaseSync(path, { timeout: clientLimits.memoryBusyMs });
  } finally {
    process.emitWarning = emitWarning;
  }
}

function prepareSchema(db: DatabaseSync): void {
  const version = db.prepare('PRAGMA user_version');
  const found = (): unknown => version.get()?.['user_version'];
  // Another command may make it at the same time.
  if (found() === 0) inTransaction(db, () => found() === 0 && db.exec(schema));
  if (found() !== formatVersion) throw new Error(`format ${String(found())} is not known`);
}

function inTransaction(db: DatabaseSync, work: () => unknown): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    work();
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function seenOfRow({ guid, version, digest, time_ms: timeMs }: Row): SeenVersion {
  return { guid, version, digest: digest.toLowerCase(), timeMs };
}
