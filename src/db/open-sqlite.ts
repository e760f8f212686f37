import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { CompiledQuery, Kysely } from 'kysely';
import { type Clock, systemClock } from '../lib/clock.ts';
import type { Database } from './database.ts';
import { dbErrors } from './errors.ts';
import { type DbLimits, dbLimits } from './limits.ts';
import { migrate } from './migrate.ts';
import type { Migration } from './migration.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import { dbErrorOf } from './sqlite-error.ts';
import { TurnQueue } from './turn-queue.ts';

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
 * Open a SQLite database and bring its schema up to date.
 *
 * A write is on the disk when its promise resolves (write-ahead log, synchronous=FULL). The file is
 * readable by its owner only.
 * @throws DB_OPEN_FAILED, DB_CORRUPT, DB_SCHEMA_NEWER, DB_SCHEMA_MISMATCH, DB_MIGRATION_FAILED
 */
export async function openSqlite<Schema>(options: OpenSqliteOptions): Promise<Database<Schema>> {
  const clock = options.clock ?? systemClock;
  const limits = options.limits ?? dbLimits;
  const engine = openFile(options.path);
  try {
    configure(engine, limits, options.secureDelete === true);
    migrate(engine, options.migrations, clock);
  } catch (error) {
    engine.close();
    throw dbErrorOf(error);
  }
  const turns = new TurnQueue(clock, limits);
  const query = new Kysely<Schema>({ dialect: sqliteDialect({ engine, turns, clock, limits }) });
  // The first statement takes its turn a little late; let it be this one.
  await query.executeQuery(CompiledQuery.raw('SELECT 1'));
  return {
    query,
    transaction: (work) => query.transaction().execute(work),
    checkpoint: () => checkpoint(query),
    async close() {
      await turns.take();
      engine.close();
      turns.give();
    },
  };
}

async function checkpoint<Schema>(query: Kysely<Schema>): Promise<void> {
  const result = await query.executeQuery<{ busy: number }>(
    CompiledQuery.raw('PRAGMA wal_checkpoint(TRUNCATE)'),
  );
  if (result.rows[0]?.busy !== 0)
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

/** A new file survives a power cut only once its folder is on the disk. */
function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function configure(engine: BetterSqlite3.Database, limits: DbLimits, secureDelete: boolean): void {
  engine.pragma(`busy_timeout = ${limits.busyWaitMs}`);
  engine.pragma('journal_mode = WAL');
  engine.pragma('synchronous = FULL');
  engine.pragma('foreign_keys = ON');
  // A schema edited by somebody else must not run functions of ours.
  engine.pragma('trusted_schema = OFF');
  engine.pragma(`secure_delete = ${secureDelete ? 'ON' : 'OFF'}`);
  // Sorting spills to memory, never to a file beside the database.
  engine.pragma('temp_store = MEMORY');
  engine.pragma(`cache_size = ${-Math.ceil(limits.cacheBytes / 1024)}`);
  engine.pragma(`journal_size_limit = ${limits.logBytesMax}`);
  engine.pragma(`busy_timeout = ${limits.busyTimeoutMs}`);
}
