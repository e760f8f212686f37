import type BetterSqlite3 from 'better-sqlite3';

/** What a statement gave. */
export interface StatementResult {
  readonly rows: readonly unknown[];
  readonly changes: number;
  readonly lastInsertRowid: number | bigint;
}

/** The statements of one connection, run synchronously in the calling thread and kept prepared. */
export class Statements {
  readonly #engine: BetterSqlite3.Database;
  readonly #keptMax: number;
  readonly #kept = new Map<string, BetterSqlite3.Statement>();

  constructor(engine: BetterSqlite3.Database, options: { readonly keptMax: number }) {
    this.#engine = engine;
    this.#keptMax = options.keptMax;
  }

  /** Whether a statement changes nothing, so that any connection may run it. */
  isRead(sql: string): boolean {
    const statement = this.#prepare(sql);
    return statement.readonly && statement.reader;
  }

  run(sql: string, parameters: readonly unknown[]): StatementResult {
    const statement = this.#prepare(sql);
    const bound = parameters.map(bindable);
    if (statement.reader) return { rows: statement.all(...bound), changes: 0, lastInsertRowid: 0 };
    return { rows: [], ...statement.run(...bound) };
  }

  /** Those used last are kept: a map remembers the order of insertion. */
  #prepare(sql: string): BetterSqlite3.Statement {
    const known = this.#kept.get(sql);
    const statement = known ?? this.#engine.prepare(sql);
    if (known !== undefined) this.#kept.delete(sql);
    this.#kept.set(sql, statement);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > this.#keptMax && oldest !== undefined) this.#kept.delete(oldest);
    return statement;
  }
}

/** Bytes as the engine takes them, without copying; the rest is bound as it is. */
function bindable(value: unknown): unknown {
  if (value instanceof Uint8Array && !Buffer.isBuffer(value))
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return typeof value === 'boolean' ? Number(value) : value;
}
