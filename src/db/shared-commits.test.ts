import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';
import { sql } from 'kysely';
import { commitsIn } from '../../test/support/log-commits.ts';
import type { Database } from './database.ts';
import { dbLimits } from './limits.ts';
import { openSqlite } from './open-sqlite.ts';

interface Notes {
  note: { text: string };
}

const migrations = [
  { version: 1, name: 'notes', sql: 'CREATE TABLE note (text TEXT PRIMARY KEY) STRICT' },
];
/** However slow the machine is: what shares a commit depends on the order alone. */
const patient = { ...dbLimits, commitMs: 60_000 };

async function open(t: TestContext, limits = patient) {
  const folder = mkdtempSync(join(tmpdir(), 'mdm-commits-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'notes.db');
  const db = await openSqlite<Notes>({ path, migrations, limits });
  t.after(() => db.close());
  await db.checkpoint();
  return { db, path };
}

const insert = (db: Database<Notes>, text: string): Promise<void> =>
  db.transaction(async (tx) => {
    await tx.insertInto('note').values({ text }).execute();
  });

const texts = async (db: Database<Notes>): Promise<string[]> =>
  (await db.query.selectFrom('note').select('text').orderBy('text').execute()).map((r) => r.text);

test('transactions and statements that wait share one commit', async (t) => {
  const { db, path } = await open(t);
  const names = Array.from({ length: 40 }, (_, index) => `n${index}`);
  await Promise.all([
    ...names.map((name) => insert(db, name)),
    ...names.map((name) =>
      db.query
        .insertInto('note')
        .values({ text: `s${name}` })
        .execute(),
    ),
  ]);
  assert.equal(commitsIn(path), 1);
  assert.equal((await texts(db)).length, 80);
});

test('what nobody waits behind is committed at once', async (t) => {
  const { db, path } = await open(t);
  for (const name of ['a', 'b', 'c']) await insert(db, name);
  assert.equal(commitsIn(path), 3);
});

test('so many share a commit, and for so long', async (t) => {
  const few = await open(t, { ...patient, commitMembersMax: 4 });
  const short = await open(t, { ...dbLimits, commitMs: 0 });
  for (const { db } of [few, short])
    await Promise.all(Array.from({ length: 12 }, (_, index) => insert(db, `${index}`)));
  assert.equal(commitsIn(few.path), 3);
  assert.equal(commitsIn(short.path), 12);
});

test('one that fails takes back what is its own, wherever it stands', async (t) => {
  const { db } = await open(t);
  for (const failing of ['a', 'b', 'c']) {
    await db.query.deleteFrom('note').execute();
    const work = ['a', 'b', 'c'].map((name) =>
      db.transaction(async (tx) => {
        await tx.insertInto('note').values({ text: name }).execute();
        if (name === failing) throw new Error('changed my mind');
      }),
    );
    const outcomes = await Promise.allSettled(work);
    const failed = outcomes.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []));
    assert.deepEqual(failed, [['a', 'b', 'c'].indexOf(failing)]);
    assert.deepEqual(
      await texts(db),
      ['a', 'b', 'c'].filter((name) => name !== failing),
    );
  }
  const twice = ['d', 'd', 'e'].map((text) =>
    db.query.insertInto('note').values({ text }).execute(),
  );
  const [, second] = await Promise.allSettled(twice);
  assert.equal(second?.status, 'rejected');
  assert.deepEqual(await texts(db), ['a', 'b', 'd', 'e']);
});

test('nobody is answered before the commit, and then others see it', async (t) => {
  const { db, path } = await open(t);
  const other = new BetterSqlite3(path, { readonly: true });
  t.after(() => other.close());
  const seen = (): unknown => other.prepare('SELECT count(*) FROM note').pluck().get();
  const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let isAnswered = false;
  const first = insert(db, 'first').then(() => {
    isAnswered = true;
    return seen();
  });
  const second = db.transaction(async (tx) => {
    await tx.insertInto('note').values({ text: 'second' }).execute();
    begun.resolve();
    await gate.promise;
  });
  await begun.promise;
  for (let turn = 0; turn < 20; turn += 1) await setImmediate();
  assert.equal(isAnswered, false);
  assert.equal(seen(), 0);
  gate.resolve();
  assert.equal(await first, 2);
  await second;
});

test('where the engine takes back all of it, all that were in it are told why', async (t) => {
  const { db } = await open(t);
  await db.transaction((tx) => sql`PRAGMA max_page_count = 20`.execute(tx));
  const big = 'x'.repeat(1_000_000);
  const outcomes = await Promise.allSettled([insert(db, 'a'), insert(db, big), insert(db, 'c')]);
  const codes = outcomes.map((each) => (each.status === 'rejected' ? each.reason.code : 'kept'));
  assert.deepEqual(codes, ['DB_FULL', 'DB_FULL', 'kept']);
  assert.deepEqual(await texts(db), ['c']);
});

test('a checkpoint and the close wait for what is to be committed', async (t) => {
  const { db, path } = await open(t);
  const work = ['a', 'b', 'c'].map((name) => insert(db, name));
  await Promise.all([...work, db.checkpoint(), insert(db, 'd'), db.close()]);
  const after = new BetterSqlite3(path, { readonly: true });
  assert.equal(after.prepare('SELECT count(*) FROM note').pluck().get(), 4);
  after.close();
});
