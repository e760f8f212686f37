import { hash } from 'node:crypto';
import type BetterSqlite3 from 'better-sqlite3';
import { assert } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import { dbErrors } from './errors.ts';
import type { Migration } from './migration.ts';
import { dbErrorOf } from './sqlite-error.ts';

const historyTable = `
  CREATE TABLE IF NOT EXISTS schema_history (
    version INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    applied_ms INTEGER NOT NULL
  ) STRICT`;

interface HistoryRow {
  readonly version: number;
  readonly name: string;
  readonly digest: string;
}

/**
 * Bring a database to the newest of `migrations`, one transaction a step.
 * @throws DB_SCHEMA_NEWER, DB_SCHEMA_MISMATCH, DB_MIGRATION_FAILED
 */
export function migrate(
  engine: BetterSqlite3.Database,
  migrations: readonly Migration[],
  clock: Clock,
): void {
  migrations.forEach((step, index) => assert(step.version === index + 1, 'versions count from 1'));
  engine.exec(historyTable);
  const applied = appliedTo(engine);
  checkHistory(applied, migrations);
  for (const step of migrations.slice(applied.length)) apply(engine, step, clock);
}

/**
 * Check that a database is at the newest of `migrations`.
 * @throws DB_SCHEMA_NEWER, DB_SCHEMA_MISMATCH
 */
export function checkSchema(
  engine: BetterSqlite3.Database,
  migrations: readonly Migration[],
): void {
  const applied = appliedTo(engine);
  checkHistory(applied, migrations);
  if (applied.length < migrations.length)
    throw dbErrors.create('DB_SCHEMA_MISMATCH', { message: 'the service has not opened it yet' });
}

function appliedTo(engine: BetterSqlite3.Database): readonly HistoryRow[] {
  return engine
    .prepare<[], HistoryRow>('SELECT version, name, digest FROM schema_history ORDER BY version')
    .all();
}

function checkHistory(applied: readonly HistoryRow[], migrations: readonly Migration[]): void {
  applied.forEach((row, index) => {
    const step = migrations[index];
    const context = { version: row.version, known: migrations.length };
    if (step === undefined) throw dbErrors.create('DB_SCHEMA_NEWER', { context });
    if (row.version !== step.version || row.digest !== digestOf(step))
      throw dbErrors.create('DB_SCHEMA_MISMATCH', { context });
  });
}

function apply(engine: BetterSqlite3.Database, step: Migration, clock: Clock): void {
  const record = engine.prepare('INSERT INTO schema_history VALUES (?, ?, ?, ?)');
  try {
    engine
      .transaction(() => {
        engine.exec(step.sql);
        record.run(step.version, step.name, digestOf(step), clock.nowMs());
      })
      .immediate();
  } catch (error) {
    throw dbErrors.create('DB_MIGRATION_FAILED', {
      context: { version: step.version, name: step.name },
      cause: dbErrorOf(error),
    });
  }
}

function digestOf(step: Migration): string {
  return hash('sha256', `${step.version}\n${step.name}\n${step.sql}`);
}
