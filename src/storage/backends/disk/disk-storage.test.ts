import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { manualClock } from '../../../../test/support/manual-clock.ts';
import { sealed } from '../../../flow/mint/sealed.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log.ts';
import { silentLog } from '../../../lib/log.ts';
import { storageLimits } from '../../limits.ts';
import type { ReplicaId, Storage } from '../../storage.ts';
import { collect, storageSuite } from '../../suite.ts';
import { type DiskFiles, nodeDiskFiles } from './disk-files.ts';
import { openDiskStorage } from './open-disk-storage.ts';

const limits = { ...storageLimits, chunkBytes: 1_000, readBytes: 300 };
const id = '0123456789abcdef0123456789abcdef' as ReplicaId;

interface Options {
  readonly capacityBytes?: number;
  readonly files?: DiskFiles;
  readonly log?: Log;
  readonly clock?: Clock;
}

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'mdm-store-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

function open(path: string, options: Options = {}): Promise<Storage> {
  return openDiskStorage({ name: 'disk', path, capacityBytes: 1_000_000, limits, ...options });
}

async function write(storage: Storage, size: number): Promise<void> {
  const writer = await storage.create(id, await storage.reserve(size));
  await writer.write(sealed(new Uint8Array(size).fill(7)));
  await writer.commit();
}

const readAll = (storage: Storage, size: number) =>
  collect(storage.open(id, { offset: 0, length: size }, {}));

storageSuite({
  name: 'disk',
  seal: sealed,
  async open(t, { capacityBytes }) {
    const path = await folder(t);
    const reopen = () => open(path, { capacityBytes });
    return { storage: await reopen(), reopen };
  },
});

test('a store is chunk files below two random levels, readable by their owner', async (t) => {
  const path = await folder(t);
  await write(await open(path), 2_500);
  const names = (await readdir(path, { recursive: true })).sort();
  const replica = `01/23/${id}`;
  assert.deepEqual(names, [
    '01',
    '01/23',
    replica,
    `${replica}/00000.chunk`,
    `${replica}/00001.chunk`,
    `${replica}/00002.chunk`,
    `${replica}/manifest.json`,
    'store.json',
  ]);
});

test('readers and writers leave no file open', async (t) => {
  const storage = await open(await folder(t));
  const openFiles = (): number => readdirSync('/proc/self/fd').length;
  await write(storage, 2_500);
  await readAll(storage, 2_500);
  const before = openFiles();
  for (let round = 0; round < 5; round += 1) {
    await storage.delete(id);
    await write(storage, 2_500);
    for await (const _ of storage.open(id, { offset: 0, length: 2_500 }, {})) break;
    await readAll(storage, 2_500);
  }
  assert.equal(openFiles(), before);
});

test('an id that is no replica id never becomes a path', async (t) => {
  const storage = await open(await folder(t));
  for (const bad of ['../../etc', `${id}/..`, id.toUpperCase(), ''])
    await assert.rejects(
      storage.create(bad as ReplicaId, await storage.reserve(0)),
      /32 lower-case hex/,
    );
});

test('a folder that is something else is refused, a newer store too', async (t) => {
  const path = await folder(t);
  await writeFile(join(path, 'holiday.jpg'), '');
  await assert.rejects(open(path), { code: 'STORAGE_OPEN_FAILED' });
  const store = join(path, 'store');
  await open(store);
  await writeFile(join(store, 'store.json'), '{"format":"mdm-disk-store","version":2}\n');
  await assert.rejects(open(store), { code: 'STORAGE_FORMAT_NEWER' });
});

test('a store whose making was interrupted is made again', async (t) => {
  const path = await folder(t);
  await writeFile(join(path, 'store.json'), '');
  await write(await open(path), 10);
  assert.deepEqual(await collect((await open(path)).list()), [{ id, size: 10 }]);
});

test('a damaged manifest is kept for the operator and never served', async (t) => {
  const path = await folder(t);
  await write(await open(path), 10);
  const manifest = join(path, '01/23', id, 'manifest.json');
  const text = await readFile(manifest, 'utf8');
  const events: string[] = [];
  const log = { ...silentLog, error: (event: string) => void events.push(event) };
  for (const damaged of ['', '{', text.replace(/size[^0-9]*10/, 'size\\":11'), text.slice(9)]) {
    await writeFile(manifest, damaged);
    const storage = await open(path, { log });
    assert.deepEqual(await collect(storage.list()), []);
    await assert.rejects(readAll(storage, 10), { code: 'STORAGE_NOT_FOUND' });
  }
  assert.deepEqual(events, Array(4).fill('storage.replica-damaged'));
  assert.ok((await readdir(join(path, '01/23', id))).includes('00000.chunk'));
});

test('a chunk that became shorter, or vanished, fails the read', async (t) => {
  const path = await folder(t);
  const storage = await open(path);
  await write(storage, 2_500);
  const chunk = join(path, '01/23', id, '00001.chunk');
  await truncate(chunk, 999);
  await assert.rejects(readAll(storage, 2_500), { code: 'STORAGE_DAMAGED' });
  await rm(chunk);
  await assert.rejects(readAll(storage, 2_500), { code: 'STORAGE_DAMAGED' });
});

/** The file system with one failing call. */
function failing(call: 'write' | 'sync' | 'syncFolder' | 'create', code: string): DiskFiles {
  const fail = () =>
    Promise.reject(Object.assign(new Error(code), { code, syscall: call, errno: -1 }));
  const isData = (path: string): boolean => path.endsWith('.chunk');
  return {
    ...nodeDiskFiles,
    async create(path) {
      if (call === 'create' && isData(path)) return fail();
      const file = await nodeDiskFiles.create(path);
      if (!isData(path)) return file;
      const broken = call === 'write' ? { write: fail } : call === 'sync' ? { sync: fail } : {};
      return { ...file, ...broken };
    },
    syncFolder: (path) =>
      call === 'syncFolder' && path.endsWith(id) ? fail() : nodeDiskFiles.syncFolder(path),
  };
}

for (const [call, system, code] of [
  ['create', 'ENOSPC', 'STORAGE_FULL'],
  ['write', 'ENOSPC', 'STORAGE_FULL'],
  ['write', 'EDQUOT', 'STORAGE_FULL'],
  ['write', 'EIO', 'STORAGE_FAILED'],
  ['create', 'EMFILE', 'STORAGE_FAILED'],
  ['sync', 'EIO', 'STORAGE_FAILED'],
  ['syncFolder', 'EIO', 'STORAGE_FAILED'],
] as const)
  test(`${system} of ${call} is ${code}, fails the followers and is final`, async (t) => {
    const path = await folder(t);
    const clock = manualClock();
    const storage = await open(path, { files: failing(call, system), clock });
    const reservation = await storage.reserve(5_000);
    const writer = await storage.create(id, reservation);
    const follower = collect(storage.follow(id, 0, {}));
    const aborted = assert.rejects(follower, { code: 'STORAGE_REPLICA_ABORTED' });
    const work = async (): Promise<void> => {
      await writer.write(sealed(new Uint8Array(2_500)));
      await writer.commit();
    };
    await assert.rejects(work(), { code });
    await aborted;
    await assert.rejects(writer.commit(), { code: 'STORAGE_FAILED' });
    await writer.abort();
    reservation.release();
    // A disk that refuses is not asked again at once, whatever it says that it has free.
    if (code === 'STORAGE_FULL') await assert.rejects(storage.reserve(1_000_000), { code });
    clock.advance(storageLimits.refusedMs);
    (await storage.reserve(1_000_000)).release();
    assert.deepEqual(await collect((await open(path)).list()), []);
  });
