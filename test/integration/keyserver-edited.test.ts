import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import BetterSqlite3 from 'better-sqlite3';
import { type KeyLine, keyServerPath, type ShareItem } from '../../src/keys/index.ts';
import { sharesRequestBody } from '../../src/keys/wire/messages.ts';
import { codeOf } from '../../src/lib/errors/mdm-error.ts';
import { tempFolder } from '../support/temp.ts';
import {
  destroyed,
  feedServerOf,
  line,
  newDeposit,
  openServer,
  startTrio,
  trialPolicy,
} from './keyserver-fixture.ts';

type Value = string | number | Uint8Array | null;
type Row = Record<string, Value>;

const alice = 'user:token:test#alice';
const bob = 'user:token:test#bob';
/** Which keys alice gets, and why she does not get the others. */
const at = (series: string) => ({ ...line, series });
const asked: Readonly<Record<string, KeyLine>> = {
  open: line,
  hidden: at('s-2'),
  locked: at('s-3'),
  foreign: { ...line, collection: 'other' },
  'of-bob': line,
  'dead-place': at('s-4'),
  'dead-key': line,
};

/** One server that holds a share of each kind, and one who asks for all of them. */
async function openStore(t: TestContext) {
  const root = await tempFolder(t);
  const trio = await startTrio(t, root);
  const feed = trio.feed();
  const policies = [trialPolicy(1, alice), { ...trialPolicy(1, bob), id: 'of-bob' }];
  await feed.append(policies.map((policy) => ({ kind: 'policy', policy })));
  await trio.keys().deposit(
    Object.entries(asked).map(([keyId, of]) =>
      newDeposit(keyId, { of, ...(keyId === 'of-bob' && { policyId: 'of-bob' }) }),
    ),
    {},
  );
  const path = join(root, 'hospital', 'keyserver.db');
  const withDead = tableRows(path, 'share');
  const why = { reason: 'test' };
  const { stem: _stem, ...series } = line;
  await feed.append([
    { kind: 'hidden', place: { ...series, series: 's-2' }, ...why },
    { kind: 'locked', place: { ...series, series: 's-3' }, ...why },
    { kind: 'destroyed', place: { ...series, series: 's-4' }, ...why },
    ...destroyed('dead-key'),
  ]);
  await feed.beat();
  let { baseUrl } = trio.addresses[0] ?? assert.fail('a server');
  let server = trio.servers[0] ?? assert.fail('a server');
  return {
    path,
    withDead,
    /** Whether each key is given, in their order. */
    async ask(): Promise<readonly boolean[]> {
      const url = new URL(keyServerPath.shares, baseUrl);
      const headers = { 'content-type': 'application/json', authorization: 'Bearer alice' };
      const keys = Object.entries(asked).map(([keyId, of]) => ({ keyId, of }));
      const body = JSON.stringify(sharesRequestBody({ keys }));
      const answer = await fetch(url, { method: 'POST', headers, body });
      assert.equal(answer.status, 200);
      const { shares } = (await answer.json()) as { readonly shares: readonly ShareItem[] };
      return shares.map(({ record }) => record !== null);
    },
    async beat(): Promise<void> {
      const own = feedServerOf({ root, name: 'hospital' }, baseUrl);
      await trio.feed([own, ...trio.addresses.slice(1)]).beat();
    },
    stop: () => server.close(),
    async start(): Promise<void> {
      server = await openServer({ ...trio, name: 'hospital' });
      trio.servers.push(server);
      baseUrl = await server.listen({ host: '127.0.0.1', port: 0 });
    },
  };
}

function inDatabase<Answer>(path: string, work: (db: BetterSqlite3.Database) => Answer): Answer {
  const db = new BetterSqlite3(path, { timeout: 5_000 });
  try {
    return work(db);
  } finally {
    db.close();
  }
}

function tableRows(path: string, table: string): readonly Row[] {
  return inDatabase(path, (db) => db.prepare<[], Row>(`SELECT * FROM ${table}`).all());
}

function tablesOf(path: string): readonly string[] {
  const query = `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`;
  return inDatabase(path, (db) => db.prepare<[], string>(query).pluck().all());
}

/** Put these rows in the place of all rows; whether the table lets them in. */
function replaceRows(path: string, table: string, rows: readonly Row[]): boolean {
  return inDatabase(path, (db) => {
    const replace = db.transaction(() => {
      db.exec(`DELETE FROM ${table}`);
      for (const row of rows) {
        const marks = Object.keys(row).map(() => '?');
        const names = Object.keys(row).join(', ');
        db.prepare(`INSERT INTO ${table} (${names}) VALUES (${marks.join(', ')})`).run(
          ...Object.values(row),
        );
      }
    });
    try {
      replace.immediate();
      return true;
    } catch {
      return false;
    }
  });
}

/** Each column of each table with another value in one of its first rows, and exchanged between two. */
function* editsOf(
  path: string,
  rowsMax: number,
): Generator<{
  readonly what: string;
  readonly table: string;
  readonly before: readonly Row[];
  readonly after: readonly Row[];
}> {
  for (const table of tablesOf(path)) {
    const before = tableRows(path, table);
    const [first] = before;
    for (const column of Object.keys(first ?? {})) {
      for (const [index, row] of before.slice(0, rowsMax).entries()) {
        const edited = { ...row, [column]: otherThan(row[column] ?? null) };
        const after = before.with(index, edited);
        yield { what: `${table}.${column} of row ${index}`, table, before, after };
      }
      const second = before.findIndex((row) => row[column] !== first?.[column]);
      const other = before[second];
      if (first === undefined || other === undefined) continue;
      const exchanged = before
        .with(0, { ...first, [column]: other[column] ?? null })
        .with(second, { ...other, [column]: first[column] ?? null });
      yield { what: `${table}.${column} exchanged`, table, before, after: exchanged };
    }
    for (const index of before.slice(0, rowsMax).keys())
      yield {
        what: `${table} without row ${index}`,
        table,
        before,
        after: before.toSpliced(index, 1),
      };
  }
}

function otherThan(value: Value): Value {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'string') return value.length > 200 ? `${value}x` : 's-1';
  return value === null ? 'user:token:test#alice' : Uint8Array.from(value, (byte) => byte ^ 1);
}

test('no column of any table changes what a running server gives', async (t) => {
  const store = await openStore(t);
  const given = await store.ask();
  assert.deepEqual(given, [true, false, false, false, false, false, false]);
  let edits = 0;
  for (const { what, table, before, after } of [...editsOf(store.path, 7)]) {
    // What the audit record grew by meanwhile is not what this is about.
    if (table === 'audit' || !replaceRows(store.path, table, after)) continue;
    edits += 1;
    const answer = await store.ask();
    // Of a share that was changed there is none; nothing else is different.
    if (table === 'share') assert.ok(!answer.slice(1).includes(true), what);
    else assert.deepEqual(answer, given, what);
    assert.ok(replaceRows(store.path, table, before));
  }
  t.diagnostic(`${edits} edits`);
  assert.ok(edits > 100);
  assert.deepEqual(await store.ask(), given);
  // The shares that were destroyed, as a backup has them.
  assert.ok(replaceRows(store.path, 'share', store.withDead));
  assert.deepEqual(await store.ask(), given);
});

const startCodes = [
  'KEYSERVER_STORE_DAMAGED',
  'KEYSERVER_NOT_ADDRESSED',
  'KEYSERVER_MASTER_KEY_INVALID',
  'DB_SCHEMA_MISMATCH',
  'DB_SCHEMA_NEWER',
  'DB_MIGRATION_FAILED',
];

test('a server whose tables were edited before it started gives the same, or does not start', async (t) => {
  const store = await openStore(t);
  const given = await store.ask();
  await store.stop();
  const counts = { refused: 0, started: 0 };
  for (const { what, table, before, after } of [...editsOf(store.path, 1)]) {
    if (table === 'audit' || !replaceRows(store.path, table, after)) continue;
    try {
      await store.start();
      counts.started += 1;
      await store.beat();
      const answer = await store.ask();
      if (table === 'share') assert.ok(!answer.slice(1).includes(true), what);
      else assert.deepEqual(answer, given, what);
      await store.stop();
    } catch (error) {
      assert.ok(startCodes.includes(codeOf(error) ?? ''), `${what}: ${String(error)}`);
      counts.refused += 1;
    }
    assert.ok(replaceRows(store.path, table, before), what);
  }
  t.diagnostic(`${counts.started} started, ${counts.refused} refused`);
  assert.ok(counts.started > 0 && counts.refused > 0);
  // A backup from before shares were destroyed brings them back: they are erased at the start.
  assert.ok(replaceRows(store.path, 'share', store.withDead));
  await store.start();
  const rows = tableRows(store.path, 'share').map(({ key_id }) => key_id);
  assert.ok(!rows.includes('dead-place') && !rows.includes('dead-key'));
  await store.beat();
  assert.deepEqual(await store.ask(), given);
});

test('a database of another format stops the start with a code', async (t) => {
  const root = await tempFolder(t);
  const trio = await startTrio(t, root);
  await trio.servers[0]?.close();
  const path = join(root, 'hospital', 'keyserver.db');
  inDatabase(path, (db) => db.exec(`UPDATE schema_history SET digest = 'of schema 1'`));
  await assert.rejects(openServer({ ...trio, name: 'hospital' }), { code: 'DB_SCHEMA_MISMATCH' });
});
