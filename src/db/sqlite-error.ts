import BetterSqlite3 from 'better-sqlite3';
import { MdmError } from '../lib/errors/mdm-error.ts';
import { type DbErrorCode, dbErrors } from './errors.ts';

/** Result codes of SQLite by prefix, longest first; extended codes share their parent's row. */
const codeByPrefix: readonly (readonly [string, DbErrorCode])[] = [
  ['SQLITE_BUSY', 'DB_BUSY'],
  ['SQLITE_LOCKED', 'DB_BUSY'],
  ['SQLITE_CONSTRAINT', 'DB_CONSTRAINT'],
  ['SQLITE_FULL', 'DB_FULL'],
  ['SQLITE_CORRUPT', 'DB_CORRUPT'],
  ['SQLITE_NOTADB', 'DB_CORRUPT'],
  ['SQLITE_CANTOPEN', 'DB_OPEN_FAILED'],
  ['SQLITE_READONLY', 'DB_OPEN_FAILED'],
  ['SQLITE_IOERR', 'DB_IO'],
];

/**
 * A coded error for what the engine threw; other errors pass unchanged.
 * SQLite's messages name tables and columns, never values, so they may be kept as the cause.
 */
export function dbErrorOf(error: unknown): unknown {
  if (error instanceof MdmError || !(error instanceof BetterSqlite3.SqliteError)) return error;
  const code = codeByPrefix.find(([prefix]) => error.code.startsWith(prefix))?.[1] ?? 'DB_FAILED';
  return dbErrors.create(code, { context: { engineCode: error.code }, cause: error });
}

/** Whether another process holds the file and nothing has happened yet. */
export function isBusy(error: unknown): boolean {
  return error instanceof BetterSqlite3.SqliteError && error.code.startsWith('SQLITE_BUSY');
}
