import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';
import { type Generated, sql } from 'kysely';
import type { Database } from './database.ts';
import { dbLimits } from './limits.ts';
import type { Migration } from './migration.ts';
import { openSqlite, openSqliteReader } from './open-sqlite.ts';

interface Notes {
  note: { id: Generated<number>; text: string; bytes: Uint8Array | null };
}

const notes: Migration = {
  version: 1,
  name: 'notes',
  sql: 'CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, bytes BLOB) STRICT',
};
const colour: Migration = {
  version: 2,
  name: 'colour',
  sql: 'ALTER TABLE note ADD COLUMN colour TEXT',
};

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'mdm-db-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

function open(path: string, limits = dbLimits): Promise<Database<Notes>> {
  return openSqlite<Notes>({ path, migrations: [notes], limits });
}

const texts = async (db: Database<Notes>): Promise<string[]> =>
  (await db.query.selectFrom('note').select('text').orderBy('id').execute()).map((r) => r.text);

test('opens with the settings that make an acknowledged write durable', async (t) => {
  const path = join(folder(t), 'deep', 'notes.db');
  const db = await open(path);
  const pragma = async (name: string): Promise<unknown> => {
    const { rows } = await sql<Record<string, unknown>>`PRAGMA ${sql.raw(name)}`.execute(db.query);
    return Object.values(rows[0] ?? {})[0];
  };
  assert.equal(await pragma('journal_mode'), 'wal');
  assert.equal(await pragma('synchronous'), 2);
  assert.equal(await pragma('foreign_keys'), 1);
  assert.equal(await pragma('trusted_schema'), 0);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(`${path}-wal`).mode & 0o777, 0o600);
  await db.close();
});

test('a transaction is kept whole, or not at all', async () => {
  const db = await open(':memory:');
  const insert = (text: string, fail: boolean): Promise<void> =>
    db.transaction(async (tx) => {
      await tx.insertInto('note').values({ text, bytes: null }).execute();
      if (fail) throw new Error('changed my mind');
    });
  await insert('kept', false);
  await assert.rejects(insert('dropped', true), /changed my mind/);
  assert.deepEqual(await texts(db), ['kept']);
});

test('transactions take turns and each sees what the one before wrote', async () => {
  const db = await open(':memory:');
  const append = (): Promise<void> =>
    db.transaction(async (tx) => {
      const rows = await tx.selectFrom('note').select('id').execute();
      await tx
        .insertInto('note')
        .values({ text: `${rows.length}`, bytes: null })
        .execute();
    });
  await Promise.all(Array.from({ length: 20 }, append));
  assert.deepEqual(
    await texts(db),
    Array.from({ length: 20 }, (_, index) => `${index}`),
  );
});

test('bytes and booleans are bound without copies of the caller’s making', async () => {
  const db = await open(':memory:');
  const bytes = new Uint8Array([9, 1, 2, 9]).subarray(1, 3);
  await db.query.insertInto('note').values({ text: 'b', bytes }).execute();
  const row = await db.query.selectFrom('note').selectAll().executeTakeFirstOrThrow();
  assert.deepEqual([...(row.bytes ?? [])], [1, 2]);
  const { rows } = await sql<{ yes: number }>`SELECT ${true} AS yes`.execute(db.query);
  assert.deepEqual(rows, [{ yes: 1 }]);
});

test('a contradiction is DB_CONSTRAINT and says nothing of the values', async () => {
  const db = await open(':memory:');
  const insert = () =>
    db.query.insertInto('note').values({ text: 'canary', bytes: null }).execute();
  await insert();
  await assert.rejects(insert(), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'DB_CONSTRAINT');
    assert.ok(!`${error.stack}${String(error.cause)}`.includes('canary'));
    return true;
  });
});

test('a statement outside the transaction that waits for it fails instead of hanging', async () => {
  const db = await open(':memory:', { ...dbLimits, connectionWaitMs: 5 });
  await assert.rejects(
    db.transaction(async () => {
      await texts(db);
    }),
    { code: 'DB_BUSY' },
  );
  assert.deepEqual(await texts(db), []);
});

test('the queue for the connection is bounded', async () => {
  const db = await open(':memory:', { ...dbLimits, connectionWaitersMax: 1 });
  const gate = Promise.withResolvers<void>();
  const held = db.transaction(() => gate.promise);
  const waiting = texts(db);
  const refused = assert.rejects(texts(db), { code: 'DB_BUSY' });
  await refused;
  gate.resolve();
  await Promise.all([held, waiting]);
});

test('another process that holds the file is waited for, then given up', async (t) => {
  const path = join(folder(t), 'notes.db');
  const limits = { ...dbLimits, busyTimeoutMs: 1, busyWaitMs: 30 };
  const [first, second] = [await open(path, limits), await open(path, limits)];
  const gate = Promise.withResolvers<void>();
  const insert = (db: Database<Notes>, text: string) =>
    db.query.insertInto('note').values({ text, bytes: null }).execute();
  const begun = Promise.withResolvers<void>();
  const held = first.transaction(async () => {
    begun.resolve();
    await gate.promise;
  });
  await begun.promise;
  await assert.rejects(insert(second, 'a'), { code: 'DB_BUSY', disposition: 'transient' });
  const patient = insert(second, 'b');
  gate.resolve();
  await Promise.all([held, patient]);
  assert.deepEqual(await texts(first), ['b']);
  await Promise.all([first.close(), second.close()]);
});

test('while a write waits for the disk or a lock, reads are answered and see what is committed', async (t) => {
  const path = join(folder(t), 'notes.db');
  const db = await open(path);
  const insert = (text: string) =>
    db.query.insertInto('note').values({ text, bytes: null }).execute();
  await insert('before');
  const other = new BetterSqlite3(path);
  other.exec('BEGIN IMMEDIATE');
  let isWritten = false;
  const write = insert('after').finally(() => {
    isWritten = true;
  });
  // The lock is given back by this very thread: a write that blocked it would never end.
  for (let turn = 0; turn < 50; turn += 1) {
    assert.deepEqual(await texts(db), ['before']);
    await setImmediate();
  }
  assert.equal(isWritten, false);
  other.exec('COMMIT');
  await write;
  assert.deepEqual(await texts(db), ['before', 'after']);
  other.close();
  await db.close();
});

test('a read beside a transaction of a file sees the state before it, a write waits', async (t) => {
  const db = await open(join(folder(t), 'notes.db'));
  await db.transaction(async (tx) => {
    await tx.insertInto('note').values({ text: 'in hand', bytes: null }).execute();
    assert.deepEqual(await texts(db), []);
    assert.deepEqual(await texts({ ...db, query: tx }), ['in hand']);
  });
  assert.deepEqual(await texts(db), ['in hand']);
  await db.close();
});

test('a transaction that fails half-way leaves nothing, and the next goes on', async (t) => {
  const db = await open(join(folder(t), 'notes.db'));
  const twice = db.transaction(async (tx) => {
    await tx
      .insertInto('note')
      .values({ text: 'a', bytes: new Uint8Array([1]) })
      .execute();
    await tx.insertInto('note').values({ text: 'a', bytes: null }).execute();
  });
  await assert.rejects(twice, { code: 'DB_CONSTRAINT' });
  const returned = await db.query
    .insertInto('note')
    .values({ text: 'b', bytes: new Uint8Array([7, 8, 9]).subarray(1) })
    .returning(['text', 'bytes'])
    .executeTakeFirstOrThrow();
  assert.deepEqual([...(returned.bytes ?? [])], [8, 9]);
  assert.deepEqual(await texts(db), ['b']);
  await db.close();
});

test('close waits for the transaction under way; later calls are DB_CLOSED', async () => {
  const db = await open(':memory:');
  const work = db.transaction(async (tx) => {
    await tx.insertInto('note').values({ text: 'last', bytes: null }).execute();
    return texts({ ...db, query: tx });
  });
  const closed = db.close();
  assert.deepEqual(await work, ['last']);
  await closed;
  await assert.rejects(texts(db), { code: 'DB_CLOSED' });
  await assert.rejects(
    db.transaction(async () => {}),
    { code: 'DB_CLOSED' },
  );
});

test('migrations are applied once, in order, and a newer database is refused', async (t) => {
  const path = join(folder(t), 'notes.db');
  const at = (migrations: readonly Migration[]) => openSqlite<Notes>({ path, migrations });
  await (await at([notes])).close();
  await (await at([notes, colour])).close();
  await (await at([notes, colour])).close();
  await assert.rejects(at([notes]), { code: 'DB_SCHEMA_NEWER' });
  const edited = { ...notes, sql: `${notes.sql} ` };
  await assert.rejects(at([edited, colour]), { code: 'DB_SCHEMA_MISMATCH' });
});

test('a failing migration leaves the database as it was', async (t) => {
  const path = join(folder(t), 'notes.db');
  const broken: Migration = { version: 2, name: 'broken', sql: 'DROP TABLE note; SELEC 1;' };
  const at = (migrations: readonly Migration[]) => openSqlite<Notes>({ path, migrations });
  await (await at([notes])).close();
  await assert.rejects(at([notes, broken]), { code: 'DB_MIGRATION_FAILED' });
  const db = await at([notes]);
  assert.deepEqual(await texts(db), []);
  await db.close();
});

test('a file that is no database, and a folder, are coded failures', async (t) => {
  const path = folder(t);
  writeFileSync(join(path, 'text'), 'this is not a database, but long enough to be looked at\n');
  await assert.rejects(open(join(path, 'text')), { code: 'DB_CORRUPT' });
  await assert.rejects(open(path), { code: 'DB_OPEN_FAILED' });
});

test('with secureDelete, what was deleted is in no file after a checkpoint', async (t) => {
  const path = join(folder(t), 'secrets.db');
  const db = await openSqlite<Notes>({ path, migrations: [notes], secureDelete: true });
  const text = 'canary-0123456789';
  await db.query.insertInto('note').values({ text, bytes: null }).execute();
  assert.ok(readFileSync(`${path}-wal`).includes(text));
  await db.query.deleteFrom('note').execute();
  await db.checkpoint();
  assert.ok(!readFileSync(path).includes(text));
  assert.equal(statSync(`${path}-wal`).size, 0);
  await db.close();
});

test('a reader sees what another connection commits, changes nothing and makes nothing', async (t) => {
  const path = join(folder(t), 'notes.db');
  const absent = { code: 'DB_OPEN_FAILED' };
  await assert.rejects(openSqliteReader<Notes>({ path, migrations: [notes] }), absent);
  assert.ok(!existsSync(path));
  const db = await open(path);
  t.after(() => db.close());
  const reader = await openSqliteReader<Notes>({ path, migrations: [notes] });
  t.after(() => reader.close());
  const write = (to: Pick<Database<Notes>, 'query'>) =>
    to.query.insertInto('note').values({ text: 'new', bytes: null }).execute();
  await write(db);
  assert.equal((await reader.query.selectFrom('note').selectAll().execute()).length, 1);
  await assert.rejects(write(reader), /readonly database|DB_OPEN_FAILED/);
  for (const migrations of [[], [notes, colour]])
    await assert.rejects(openSqliteReader<Notes>({ path, migrations }), /DB_SCHEMA_/);
});
