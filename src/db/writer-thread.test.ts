import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Writer } from './writer.ts';
import { startWriterThread } from './writer-thread.ts';

function start(t: TestContext, name = 'notes.db'): Writer {
  const folder = mkdtempSync(join(tmpdir(), 'mdm-writer-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return startWriterThread({ path: join(folder, name), pragmas: [], keptMax: 2 });
}

test('statements are carried out in order, whatever is asked at once', async (t) => {
  const writer = start(t);
  const make = writer.run('CREATE TABLE note (text TEXT UNIQUE)', []);
  const inserts = ['a', 'b', 'c'].map((text) => writer.run('INSERT INTO note VALUES (?)', [text]));
  const read = writer.run('SELECT text FROM note', []);
  await Promise.all([make, ...inserts]);
  assert.deepEqual((await read).rows, [{ text: 'a' }, { text: 'b' }, { text: 'c' }]);
  await writer.close();
});

test('a failure carries the engine’s code, and the thread goes on', async (t) => {
  const writer = start(t);
  await writer.run('CREATE TABLE note (text TEXT UNIQUE)', []);
  await writer.run('INSERT INTO note VALUES (?)', ['a']);
  await assert.rejects(writer.run('INSERT INTO note VALUES (?)', ['a']), {
    code: 'SQLITE_CONSTRAINT_UNIQUE',
  });
  await assert.rejects(writer.run('INSERT INTO note VALUES (?)', [{}]), /parameter/);
  assert.equal((await writer.run('SELECT text FROM note', [])).rows.length, 1);
  await writer.close();
});

test('what was asked before the close is answered, what comes after it is DB_CLOSED', async (t) => {
  const writer = start(t);
  const before = writer.run('SELECT 1 AS one', []);
  const closed = writer.close();
  await assert.rejects(writer.run('SELECT 1', []), { code: 'DB_CLOSED' });
  assert.deepEqual((await before).rows, [{ one: 1 }]);
  await closed;
  await writer.close();
});

test('a thread that cannot open its file fails what it is asked, and does not hang', async (t) => {
  const writer = start(t, 'absent/notes.db');
  await assert.rejects(writer.run('SELECT 1', []), { code: 'DB_IO', disposition: 'ambiguous' });
  await assert.rejects(writer.run('SELECT 1', []), { code: 'DB_IO' });
  await writer.close();
});
