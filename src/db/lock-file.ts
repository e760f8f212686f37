import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { dbErrors } from './errors.ts';

/** A folder that belongs to this process. */
export interface FileLock {
  release(): void;
}

/**
 * Take a lock that ends with the process, however it ends. Guards a data folder against a second
 * process: Node has no file locks of its own, and SQLite's survive no crash of their holder.
 * @param path of a file for nothing else; made if absent
 * @throws DB_LOCKED when another process holds it
 */
export function lockFile(path: string): FileLock {
  const file = resolve(path);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const engine = new BetterSqlite3(file, { timeout: 0 });
  try {
    engine.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    engine.close();
    throw dbErrors.create('DB_LOCKED', { message: file, cause });
  }
  return { release: () => engine.close() };
}
