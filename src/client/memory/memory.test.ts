import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { manualClock } from '../../../test/support/manual-clock.ts';
import { tempFolder } from '../../../test/support/temp.ts';
import { versionStatement } from '../../../test/support/version-statement.ts';
import type { AskedFile, VersionStatement } from '../../seal/index.ts';
import { clientLimits } from '../limits.ts';
import { KeptMemory, type Memory } from './memory.ts';
import { openMemoryFile } from './memory-file.ts';

const folderOf = 'p-1/t-1/s-1';

/** Asks by the name that the statement has, unless another is given. */
function meet(memory: Memory, of: Partial<VersionStatement>, asked: Partial<AskedFile> = {}) {
  const stated = versionStatement(of);
  const { site, collection, name } = stated;
  return memory.meet({ site, collection, name, version: undefined, ...asked }, stated);
}

async function bench(t: TestContext) {
  const path = join(await tempFolder(t), 'mdm', 'memory.db');
  const clock = manualClock();
  const open = (): Memory => new KeptMemory({ open: () => openMemoryFile(path), clock });
  return { path, clock, open };
}

test('what one command saw the next one knows', async (t) => {
  const { open, path } = await bench(t);
  const first = open();
  assert.ok(!existsSync(path), 'nothing is made before a file is met');
  assert.equal(meet(first, { version: 2 }), 'first');
  assert.equal(meet(first, { version: 2 }), 'same');
  first.close();
  const second = open();
  assert.throws(() => meet(second, { version: 1 }), { code: 'CLIENT_VERSION_OLDER' });
  assert.equal(meet(second, { version: 1 }, { version: 1 }), 'asked');
  assert.equal(meet(second, { version: 3 }), 'newer');
  // The same name elsewhere is another file.
  assert.equal(meet(second, { version: 1, collection: 'mr' }), 'first');
  assert.equal(meet(second, { version: 1, site: 'other' }), 'first');
  second.close();
  const third = open();
  assert.throws(() => meet(third, { version: 2 }), { code: 'CLIENT_VERSION_OLDER' });
  third.close();
  assert.equal(third.lack(), undefined);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(join(path, '..')).mode & 0o777, 0o700);
  assert.ok(!readFileSync(path).includes('i-1.dcm'), 'names are not kept');
});

test('a fixed or old name must not lead back to the file that it meant before', async (t) => {
  const { open } = await bench(t);
  const memory = open();
  const asked = { name: `${folderOf}/volume.nii` };
  const old = { name: `${folderOf}/v-1.nii`, guid: '1'.repeat(32), time: '2026-01-01T00:00:00Z' };
  const now = { name: `${folderOf}/v-2.nii`, guid: '2'.repeat(32), time: '2026-01-02T00:00:00Z' };
  assert.equal(meet(memory, old, asked), 'first');
  assert.equal(meet(memory, now, asked), 'another');
  assert.throws(() => meet(memory, old, asked), { code: 'CLIENT_IDENTITY_OLDER' });
  // By its own name it is what it was.
  assert.equal(meet(memory, old), 'same');
  memory.close();
});

test('commands side by side see what the others wrote, and the newer stays', async (t) => {
  const { open, clock } = await bench(t);
  const [one, other] = [open(), open()];
  assert.equal(meet(one, { version: 5 }), 'first');
  assert.equal(meet(other, { version: 4 }), 'first', 'met in the same moment');
  clock.advance(clientLimits.memoryWriteMs);
  assert.equal(meet(one, { version: 5 }), 'same');
  other.close();
  one.close();
  const next = open();
  assert.throws(() => meet(next, { version: 4 }), { code: 'CLIENT_VERSION_OLDER' });
  assert.equal(meet(next, { version: 5 }), 'same');
  next.close();
});

test('what was left alone longest is forgotten', async (t) => {
  const { path } = await bench(t);
  const file = openMemoryFile(path, { memoryFilesMax: 3 });
  const key = (index: number): string => String(index).padStart(32, '0');
  const seen = (version: number) => ({
    guid: 'a'.repeat(32),
    version,
    digest: 'b'.repeat(64),
    timeMs: 1,
  });
  for (let index = 1; index <= 3; index++) file.write(new Map([[key(index), seen(1)]]));
  file.write(new Map([[key(1), seen(2)]]));
  file.write(new Map([[key(4), seen(1)]]));
  assert.deepEqual(
    [1, 2, 3, 4].map((index) => file.find(key(index))?.version),
    [2, undefined, 1, 1],
  );
  file.close();
});

test('a memory that cannot be used ends nothing, and says why', async (t) => {
  const { path, open } = await bench(t);
  const good = open();
  meet(good, {});
  good.close();
  const bytes = readFileSync(path);
  const newer = Buffer.from(bytes);
  newer.writeUInt32BE(2, 60); // user_version: SQLite file format §1.3
  for (const [what, reason] of [
    [Buffer.from('not a database, by all means'.repeat(40)), /not a database/],
    [newer, /format 2 is not known/],
  ] as const) {
    writeFileSync(path, what);
    const memory = open();
    assert.equal(meet(memory, { version: 1 }), 'none');
    assert.match(memory.lack() ?? '', reason);
    memory.close();
    assert.ok(readFileSync(path).equals(what), 'and it is left as it is');
  }
});

test('a disk that is full, or a folder that cannot be made, is a memory that is not there', async (t) => {
  const { path, clock } = await bench(t);
  const full = (): never => {
    throw new Error('database or disk is full');
  };
  const memory = new KeptMemory({
    open: () => ({ find: () => undefined, write: full, close: () => undefined }),
    clock,
  });
  assert.equal(meet(memory, { version: 2 }), 'first');
  memory.close();
  assert.equal(memory.lack(), 'database or disk is full');
  writeFileSync(join(path, '..', '..', 'file'), '');
  const below = join(path, '..', '..', 'file', 'mdm', 'memory.db');
  const absent = new KeptMemory({ open: () => openMemoryFile(below), clock });
  assert.equal(meet(absent, { version: 2 }), 'none');
  assert.match(absent.lack() ?? '', /ENOTDIR/);
  absent.close();
});
