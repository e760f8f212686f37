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
import { dbErrorOf, isBusy } from './sqlite-error.ts';
import type { TurnQueue } from './turn-queue.ts';

/** What the dialect works with. */
export interface SqliteDialectOptions {
  readonly engine: BetterSqlite3.Database;
  /** Whoever uses the engine outside the dialect takes a turn too. */
  readonly turns: TurnQueue;
  readonly clock: Clock;
  readonly limits: DbLimits;
}

/**
 * Kysely over one better-sqlite3 connection: statements run synchronously and are kept prepared,
 * transactions take turns and start with the write lock, so that none fails half-way for want of it.
 */
export function sqliteDialect(options: SqliteDialectOptions): Dialect {
  return {
    createAdapter: () => new TurnAdapter(),
    createDriver: () => new SqliteTurnDriver(options),
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

class SqliteTurnDriver implements Driver {
  readonly #options: SqliteDialectOptions;
  readonly #connection: SqliteConnection;

  constructor(options: SqliteDialectOptions) {
    this.#options = options;
    this.#connection = new SqliteConnection(options);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    await this.#options.turns.take();
    return this.#connection;
  }

  async releaseConnection(): Promise<void> {
    this.#options.turns.give();
  }

  async beginTransaction(): Promise<void> {
    await this.#connection.run('BEGIN IMMEDIATE');
  }

  async commitTransaction(): Promise<void> {
    await this.#connection.run('COMMIT');
  }

  async rollbackTransaction(): Promise<void> {
    // A failed statement or commit may have rolled back already.
    if (this.#options.engine.inTransaction) await this.#connection.run('ROLLBACK');
  }

  /** Who opened the engine closes it. */
  async destroy(): Promise<void> {}
}

class SqliteConnection implements DatabaseConnection {
  readonly #options: SqliteDialectOptions;
  readonly #statements = new Map<string, BetterSqlite3.Statement>();

  constructor(options: SqliteDialectOptions) {
    this.#options = options;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    return this.#retryWhileBusy(() => this.#execute<Row>(query.sql, query.parameters));
  }

  async run(sql: string): Promise<void> {
    await this.#retryWhileBusy(() => this.#execute(sql, []));
  }

  // oxlint-disable-next-line require-yield -- the interface asks for it; results are paged instead
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    assert(false, 'page through results by key: an open cursor would hold the connection');
  }

  #execute<Row>(sql: string, parameters: readonly unknown[]): QueryResult<Row> {
    const statement = this.#prepare(sql);
    const bound = parameters.map(bindable);
    if (statement.reader) return { rows: statement.all(...bound) as Row[] };
    const { changes, lastInsertRowid } = statement.run(...bound);
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  }

  /** Statements that were used last are kept: a map remembers insertion order. */
  #prepare(sql: string): BetterSqlite3.Statement {
    const known = this.#statements.get(sql);
    const statement = known ?? this.#options.engine.prepare(sql);
    if (known !== undefined) this.#statements.delete(sql);
    this.#statements.set(sql, statement);
    const [oldest] = this.#statements.keys();
    if (this.#statements.size > this.#options.limits.statementsMax && oldest !== undefined)
      this.#statements.delete(oldest);
    return statement;
  }

  /** Another process may hold the write lock: wait for it without blocking the event loop. */
  async #retryWhileBusy<T>(attempt: () => T): Promise<T> {
    const { engine, clock, limits } = this.#options;
    const deadlineMs = clock.monotonicMs() + limits.busyWaitMs;
    for (;;) {
      try {
        if (!engine.open) throw dbErrors.create('DB_CLOSED');
        return attempt();
      } catch (error) {
        if (!isBusy(error) || clock.monotonicMs() >= deadlineMs) throw dbErrorOf(error);
      }
      await sleep(clock, limits.busyTimeoutMs);
    }
  }
}

/** Bytes as the engine takes them, without copying; the rest is bound as it is. */
function bindable(value: unknown): unknown {
  if (value instanceof Uint8Array && !Buffer.isBuffer(value))
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return typeof value === 'boolean' ? Number(value) : value;
}
