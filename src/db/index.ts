/**
 * Databases: SQLite today, one query layer for another engine later.
 *
 * A folder that keeps data declares its migrations as SQL text and its tables as types, and works
 * with a `Database<Schema>`.
 *
 * @example
 * const db = await openSqlite<{ note: { id: number; text: string } }>({
 *   path: '/var/lib/mdm/notes.db',
 *   migrations: [{ version: 1, name: 'notes', sql: 'CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT) STRICT' }],
 * });
 * await db.transaction(async (tx) => {
 *   await tx.insertInto('note').values({ id: 1, text: 'kept' }).execute();
 * });
 */
export type { Database } from './database.ts';
export { type DbErrorCode, dbErrors } from './errors.ts';
export { type FileLock, lockFile } from './lock-file.ts';
export type { Migration } from './migration.ts';
export { type OpenSqliteOptions, openSqlite, openSqliteReader } from './open-sqlite.ts';
