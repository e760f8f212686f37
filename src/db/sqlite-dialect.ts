import type BetterSqlite3 from 'better-sqlite3';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { assert } from '../lib/assert.ts';
import { type Clock, sleep } from '../lib/clock.ts';
import { dbErrors } from './errors.ts';
import type { DbLimits } from './limits.ts';
import type { SharedCommits } from './shared-commits.ts';
import { dbErrorOf, isBusy } from './sqlite-error.ts';
import { type StatementResult, Statements } from './statements.ts';

/** What the dialect works with. */
export interface SqliteDialectOptions {
  /** The connection that reads, in the calling thread. */
  readonly engine: BetterSqlite3.Database;
  /** Turns at the connection that writes. The dialect takes one for a statement; for a transaction its caller does. */
  readonly commits: SharedCommits;
  /** Whether a read would see what a transaction has not committed, and so takes a turn. */
  readonly readsTakeTurns: boolean;
  readonly clock: Clock;
  readonly limits: DbLimits;
}

/**
 * Kysely over two connections: reads run at once in the calling thread and see what is committed;
 * whatever writes takes turns at the writer.
 */
export function sqliteDialect(options: SqliteDialectOptions): Dialect {
  return {
    createAdapter: () => new TurnAdapter(),
    createDriver: () => new SqliteDriver(options),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

/** Keeps Kysely's own lock out, whose wait has no bound. */
class TurnAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

class SqliteDriver implements Driver {
  readonly #options: SqliteDialectOptions;
  readonly #reads: Statements;

  constructor(options: SqliteDialectOptions) {
    this.#options = options;
    this.#reads = new Statements(options.engine, { keptMax: options.limits.statementsMax });
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<SqliteConnection> {
    return new SqliteConnection(this.#options, this.#reads);
  }

  async releaseConnection(): Promise<void> {}

  beginTransaction(connection: SqliteConnection): Promise<void> {
    return connection.begin();
  }

  /** It is committed when its turn ends, or that of one behind it. */
  commitTransaction(connection: SqliteConnection): Promise<void> {
    return connection.commit();
  }

  rollbackTransaction(connection: SqliteConnection): Promise<void> {
    return connection.rollback();
  }

  /** Who opened the engine closes it. */
  async destroy(): Promise<void> {}
}

/** One use of the database: a statement, or a transaction. */
class SqliteConnection implements DatabaseConnection {
  readonly #options: SqliteDialectOptions;
  readonly #reads: Statements;
  #inTransaction = false;

  constructor(options: SqliteDialectOptions, reads: Statements) {
    this.#options = options;
    this.#reads = reads;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const { commits } = this.#options;
    if (this.#inTransaction) return resultOf(await commits.write(sql, parameters));
    if (this.#isFreeRead(sql)) return resultOf(await this.#read(sql, parameters));
    return resultOf(await commits.single(sql, parameters));
  }

  async begin(): Promise<void> {
    await this.#options.commits.begin();
    this.#inTransaction = true;
  }

  commit(): Promise<void> {
    return this.#options.commits.end();
  }

  rollback(): Promise<void> {
    return this.#options.commits.undo();
  }

  // oxlint-disable-next-line require-yield -- the interface asks for it; results are paged instead
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    assert(false, 'page through results by key: an open cursor would hold the connection');
  }

  #isFreeRead(sql: string): boolean {
    if (this.#options.readsTakeTurns) return false;
    this.#checkOpen();
    try {
      return this.#reads.isRead(sql);
    } catch (error) {
      return translate(error);
    }
  }

  /** Another process may hold the file: wait for it without blocking the event loop. */
  async #read(sql: string, parameters: readonly unknown[]): Promise<StatementResult> {
    const { clock, limits } = this.#options;
    const deadlineMs = clock.monotonicMs() + limits.busyWaitMs;
    for (;;) {
      this.#checkOpen();
      try {
        return this.#reads.run(sql, parameters);
      } catch (error) {
        if (!isBusy(error) || clock.monotonicMs() >= deadlineMs) return translate(error);
      }
      await sleep(clock, limits.busyTimeoutMs);
    }
  }

  #checkOpen(): void {
    if (!this.#options.engine.open) throw dbErrors.create('DB_CLOSED');
  }
}

function resultOf<Row>({ rows, changes, lastInsertRowid }: StatementResult): QueryResult<Row> {
  if (rows.length > 0) return { rows: rows as Row[] };
  return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
}

function translate(error: unknown): never {
  throw dbErrorOf(error);
}
