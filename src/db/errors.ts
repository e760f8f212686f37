import { defineErrors } from '../lib/errors/error-table.ts';

/** Failures of a database, whatever its engine. */
export const dbErrors = defineErrors('db', {
  DB_LOCKED: {
    disposition: 'permanent',
    meaning: 'Another process works on the same data folder.',
    user: 'Nothing to do.',
    operator: 'Stop the other process, or give this one a data folder of its own.',
  },
  DB_OPEN_FAILED: {
    disposition: 'permanent',
    meaning: 'The database file cannot be opened or created.',
    user: 'Nothing to do.',
    operator: 'Check that its folder exists, is writable by the service, and is a local disk.',
  },
  DB_SCHEMA_NEWER: {
    disposition: 'permanent',
    meaning: 'The database was written by a newer release than this one.',
    user: 'Nothing to do.',
    operator: 'Start the newer release, or restore the backup made before the upgrade.',
  },
  DB_SCHEMA_MISMATCH: {
    disposition: 'permanent',
    meaning: 'The database is not the one this service keeps, or its schema history was edited.',
    user: 'Nothing to do.',
    operator: 'Check the configured path; two services may not share one file.',
  },
  DB_MIGRATION_FAILED: {
    disposition: 'permanent',
    meaning: 'A migration failed and was rolled back; the database is as it was.',
    user: 'Nothing to do.',
    operator: 'Report it with the cause in the log; the older release still opens the database.',
  },
  DB_BUSY: {
    disposition: 'transient',
    meaning: 'The database was held by somebody else for longer than a caller waits.',
    user: 'Try again once; if it stays, tell the site operator.',
    operator: 'Look for another process that has the file open.',
  },
  DB_CONSTRAINT: {
    disposition: 'permanent',
    meaning: 'A write contradicts what is stored: a duplicate, or a missing reference.',
    user: 'Nothing to do; the caller translates it.',
    operator: 'Report it if it reaches the log: the caller should have expected it.',
  },
  DB_FULL: {
    disposition: 'transient',
    meaning: 'The disk has no room for the write; nothing was written.',
    user: 'Tell the site operator.',
    operator: 'Free space on the disk of `data`; it is noticed without a restart.',
  },
  DB_CORRUPT: {
    disposition: 'permanent',
    meaning: 'The file is not a database, or is damaged.',
    user: 'Nothing to do.',
    operator: 'Stop the service and restore a backup; check the disk.',
  },
  DB_IO: {
    disposition: 'ambiguous',
    meaning: 'The disk failed during a statement; a commit may or may not have happened.',
    user: 'Tell the site operator: what was asked last may or may not have been done.',
    operator: 'Check the disk, then start the service again.',
  },
  DB_CLOSED: {
    disposition: 'transient',
    meaning: 'The database was closed while the call was on its way.',
    user: 'Try again.',
    operator: 'Nothing to do: the service is stopping.',
  },
  DB_FAILED: {
    disposition: 'permanent',
    meaning: 'The engine refused the statement.',
    user: 'Nothing to do.',
    operator: 'Report it with the cause in the log.',
  },
});

export type DbErrorCode = keyof typeof dbErrors.rows;
