import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { CompiledQuery, Kysely } from 'kysely';
import { type Clock, systemClock } from '../lib/clock.ts';
import type { Database } from './database.ts';
import { dbErrors } from './errors.ts';
import { type DbLimits, dbLimits } from './limits.ts';
import { checkSchema, migrate } from './migrate.ts';
import type { Migration } from './migration.ts';
import { SharedCommits } from './shared-commits.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import { dbErrorOf } from './sqlite-error.ts';
import { TurnQueue } from './turn-queue.ts';
import { memoryWriter, type Writer } from './writer.ts';
import { startWriterThread } from './writer-thread.ts';

/** How to open a database file. */
export interface OpenSqliteOptions {
  /** The file; it and its folder are created if absent. `:memory:` keeps it in memory, for tests. */
  readonly path: string;
  readonly migrations: readonly Migration[];
  /** Overwrite what is deleted with zeros. For key material. */
  readonly secureDelete?: boolean;
  readonly clock?: Clock;
  readonly limits?: DbLimits;
}

/**
 * Open a database file to read it only, beside the process that writes it or where none does.
 * Changes nothing of it, so its schema must be the newest.
 * @throws DB_OPEN_FAILED, DB_CORRUPT, DB_SCHEMA_NEWER, DB_SCHEMA_MISMATCH
 */
export async function openSqliteReader<Schema>(
  options: Pick<OpenSqliteOptions, 'path' | 'migrations'>,
): Promise<Pick<Database<Schema>, 'query' | 'close'>> {
  const [clock, limits] = [systemClock, dbLimits];
  const engine = openToRead(options.path);
  try {
    for (const pragma of readPragmas(limits)) engine.pragma(pragma);
    checkSchema(engine, options.migrations);
  } catch (error) {
    engine.close();
    throw dbErrorOf(error);
  }
  const writer = memoryWriter(engine, keptOf(limits));
  const turns = new TurnQueue(clock, limits);
  const commits = new SharedCommits({ writer, turns, clock, limits });
  const dialect = sqliteDialect({ engine, commits, readsTakeTurns: false, clock, limits });
  return { query: new Kysely<Schema>({ dialect }), close: async () => void engine.close() };
}

/**
 * Open a SQLite database and bring its schema up to date.
 *
 * A write is on the disk when its promise resolves (write-ahead log, synchronous=FULL); a thread of
 * its own waits for that. The file is readable by its owner only.
 * @throws DB_OPEN_FAILED, DB_CORRUPT, DB_SCHEMA_NEWER, DB_SCHEMA_MISMATCH, DB_MIGRATION_FAILED
 */
export async function openSqlite<Schema>(options: OpenSqliteOptions): Promise<Database<Schema>> {
  const clock = options.clock ?? systemClock;
  const limits = options.limits ?? dbLimits;
  const inMemory = options.path === ':memory:';
  const engine = openFile(options.path);
  try {
    for (const pragma of pragmasOf(options, limits)) engine.pragma(pragma);
    migrate(engine, options.migrations, clock);
    if (!inMemory) engine.pragma('query_only = ON');
    engine.pragma(`busy_timeout = ${limits.busyTimeoutMs}`);
  } catch (error) {
    engine.close();
    throw dbErrorOf(error);
  }
  const writer = inMemory ? memoryWriter(engine, keptOf(limits)) : writerOf(options, limits);
  const turns = new TurnQueue(clock, limits);
  const commits = new SharedCommits({ writer, turns, clock, limits });
  const dialect = sqliteDialect({ engine, commits, readsTakeTurns: inMemory, clock, limits });
  const query = new Kysely<Schema>({ dialect });
  // The first statement takes its turn a little late; let it be this one.
  await query.executeQuery(CompiledQuery.raw('SELECT 1'));
  return {
    query,
    transaction: (work) => commits.run(() => query.transaction().execute(work)),
    checkpoint: () => commits.apart(() => checkpoint(writer)),
    close: () =>
      commits.apart(async () => {
        // The last connection to close folds the log in: that is for the thread.
        if (!inMemory) engine.close();
        await writer.close();
      }),
  };
}

const keptOf = ({ statementsMax }: DbLimits) => ({ keptMax: statementsMax });

function writerOf(options: OpenSqliteOptions, limits: DbLimits): Writer {
  return startWriterThread({
    path: resolve(options.path),
    pragmas: pragmasOf(options, limits),
    ...keptOf(limits),
  });
}

async function checkpoint(writer: Writer): Promise<void> {
  const run = writer.run('PRAGMA wal_checkpoint(TRUNCATE)', []);
  const { rows } = await run.catch((error: unknown) => Promise.reject(dbErrorOf(error)));
  const [outcome] = rows as readonly { readonly busy: number }[];
  if (outcome?.busy !== 0)
    throw dbErrors.create('DB_BUSY', { message: 'a reader still needs the log' });
}

function openFile(path: string): BetterSqlite3.Database {
  try {
    if (path === ':memory:') return new BetterSqlite3(path);
    const file = resolve(path);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    // Created here, because the engine would create it readable by everybody.
    closeSync(openSync(file, 'a', 0o600));
    syncFolder(dirname(file));
    return new BetterSqlite3(file);
  } catch (error) {
    throw dbErrors.create('DB_OPEN_FAILED', { cause: error });
  }
}

function openToRead(path: string): BetterSqlite3.Database {
  try {
    return new BetterSqlite3(resolve(path), { readonly: true, fileMustExist: true });
  } catch (error) {
    throw dbErrors.create('DB_OPEN_FAILED', { cause: error });
  }
}

/** A new file survives a power cut only once its folder is on the disk. */
function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** What makes a connection durable, careful and bounded. */
function pragmasOf({ secureDelete = false }: OpenSqliteOptions, limits: DbLimits): string[] {
  return [
    ...readPragmas(limits),
    'journal_mode = WAL',
    'synchronous = FULL',
    'foreign_keys = ON',
    `secure_delete = ${secureDelete ? 'ON' : 'OFF'}`,
    `journal_size_limit = ${limits.logBytesMax}`,
  ];
}

function readPragmas(limits: DbLimits): string[] {
  return [
    `busy_timeout = ${limits.busyWaitMs}`,
    // A schema edited by somebody else must not run functions of ours.
    'trusted_schema = OFF',
    // Sorting spills to memory, never to a file beside the database.
    'temp_store = MEMORY',
    `cache_size = ${-Math.ceil(limits.cacheBytes / 1024)}`,
  ];
}
