import type BetterSqlite3 from 'better-sqlite3';
import { dbErrors } from './errors.ts';
import { type StatementResult, Statements } from './statements.ts';

/**
 * The one connection of a database that writes. Its callers take turns; a commit is on the disk
 * when its promise resolves.
 */
export interface Writer {
  /** Run one statement. @throws what the engine threw, DB_IO when the writer ended, DB_CLOSED */
  run(sql: string, parameters: readonly unknown[]): Promise<StatementResult>;
  /** End the transaction without a trace, if one is open: a failed commit may have ended it. */
  rollback(): Promise<void>;
  close(): Promise<void>;
}

/** A writer in the calling thread, for a database in memory: it has no disk to wait for. */
export function memoryWriter(
  engine: BetterSqlite3.Database,
  options: { readonly keptMax: number },
): Writer {
  const statements = new Statements(engine, options);
  return {
    async run(sql, parameters) {
      if (!engine.open) throw dbErrors.create('DB_CLOSED');
      return statements.run(sql, parameters);
    },
    async rollback() {
      if (engine.inTransaction) statements.run('ROLLBACK', []);
    },
    async close() {
      engine.close();
    },
  };
}
