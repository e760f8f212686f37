import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type ManualClock, manualClock } from '../../../../test/support/manual-clock.ts';
import { tempFolder } from '../../../../test/support/temp.ts';
import { sealed } from '../../../flow/mint/sealed.ts';
import { storageLimits } from '../../limits.ts';
import type { ReplicaId, Storage } from '../../storage.ts';
import { nodeDiskFiles } from './disk-files.ts';
import { openDiskStorage } from './open-disk-storage.ts';

const MiB = 1024 ** 2;
const GiB = 1024 ** 3;
const full = { code: 'STORAGE_FULL' };

interface Bench {
  readonly storage: Storage;
  readonly clock: ManualClock;
  /** What the file system says; null: it does not. */
  disk: { totalBytes: number; freeBytes: number } | null;
  asked: number;
}

/** A store that may have 10 GiB, on a disk that says what the test wants. */
async function open(t: TestContext, totalBytes: number, freeBytes: number): Promise<Bench> {
  const clock = manualClock();
  const state = { disk: { totalBytes, freeBytes } as Bench['disk'], asked: 0 };
  const files = {
    ...nodeDiskFiles,
    async space() {
      state.asked += 1;
      if (state.disk === null) throw new Error('ENOSYS');
      return state.disk;
    },
  };
  const path = await tempFolder(t);
  const options = { name: 'disk', path, capacityBytes: 10 * GiB, files, clock };
  return Object.assign(state, { storage: await openDiskStorage(options), clock });
}

async function fits(storage: Storage, bytes: number): Promise<void> {
  (await storage.reserve(bytes)).release();
}

test('the last 5 % of a small disk, the last GiB of a large one, is not for replicas', async (t) => {
  const small = await open(t, 100 * MiB, 50 * MiB);
  await fits(small.storage, 45 * MiB);
  await assert.rejects(small.storage.reserve(45 * MiB + 1), full);
  assert.deepEqual((await small.storage.space()).disk, {
    freeBytes: 50 * MiB,
    keptBytes: 5 * MiB,
  });
  const large = await open(t, 1000 * GiB, 3 * GiB);
  await fits(large.storage, 2 * GiB);
  await assert.rejects(large.storage.reserve(2 * GiB + 1), full);
  const used = await open(t, 1000 * GiB, GiB / 2);
  await assert.rejects(used.storage.reserve(1), full);
  assert.equal((await used.storage.space()).freeBytes, 0);
});

test('what others write counts, and what they delete is found at once', async (t) => {
  const bench = await open(t, 100 * MiB, 50 * MiB);
  await fits(bench.storage, 40 * MiB);
  bench.disk = { totalBytes: 100 * MiB, freeBytes: 10 * MiB };
  bench.clock.advance(storageLimits.measuredMs);
  await assert.rejects(bench.storage.reserve(6 * MiB), full);
  await fits(bench.storage, 5 * MiB);
  bench.disk = { totalBytes: 100 * MiB, freeBytes: 50 * MiB };
  await fits(bench.storage, 40 * MiB);
});

test('what was found is believed for a while, less what was set aside and written since', async (t) => {
  const bench = await open(t, 100 * MiB, 50 * MiB);
  const { storage } = bench;
  const first = await storage.reserve(30 * MiB);
  await fits(storage, 15 * MiB);
  const writer = await storage.create('0'.repeat(32) as ReplicaId, first);
  await writer.write(sealed(new Uint8Array(MiB)));
  await writer.commit();
  await fits(storage, 15 * MiB);
  assert.equal(bench.asked, 1, 'asked once for all that fit');
  bench.disk = { totalBytes: 100 * MiB, freeBytes: 49 * MiB };
  await assert.rejects(storage.reserve(15 * MiB + 1), full);
  assert.equal(bench.asked, 2, 'and once more before a refusal');
});

test('a disk that does not say leaves the bound to decide', async (t) => {
  const bench = await open(t, 1, 0);
  bench.disk = null;
  await fits(bench.storage, 10 * GiB);
  await assert.rejects(bench.storage.reserve(10 * GiB + 1), full);
  assert.equal((await bench.storage.space()).disk, undefined);
});
