import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readSealed } from '../../src/flow/index.ts';
import { openDiskStorage } from '../../src/storage/backends/disk/index.ts';
import { type ReplicaId, type Storage, storageLimits } from '../../src/storage/index.ts';
import { startChild } from '../support/child.ts';
import { tempFolder } from '../support/temp.ts';

const program = fileURLToPath(new URL('./storage-writer.child.ts', import.meta.url));
const limits = { ...storageLimits, chunkBytes: 10_000 };
const lives = 8;

const open = (path: string): Promise<Storage> =>
  openDiskStorage({ name: 'disk', path, capacityBytes: 1e9, limits });

/** Let a writer live until it committed some replicas, kill it, and tell which those were. */
async function oneLife(t: Parameters<typeof startChild>[0], path: string, count: number) {
  const child = await startChild(t, [process.execPath, program, path]);
  await child.waitForOutput(new RegExp(`(?:[^\\n]+\\n){${count}}`));
  child.kill('SIGKILL');
  await child.exited;
  const lines = child.stdout().split('\n').slice(0, -1);
  return lines
    .map((line) => line.split(' '))
    .map(([id, size]) => [id ?? '', Number(size)] as const);
}

async function checkWhole(store: Storage, id: ReplicaId, size: number): Promise<void> {
  const value = Number.parseInt(id.slice(0, 2), 16);
  let length = 0;
  for await (const piece of store.follow(id, 0, {})) {
    assert.ok(readSealed(piece).every((byte) => byte === value));
    length += readSealed(piece).length;
  }
  assert.equal(length, size);
}

test('a killed writer loses nothing it acknowledged and leaves nothing half', async (t) => {
  const path = join(await tempFolder(t), 'store');
  const acknowledged = new Map<string, number>();
  for (let life = 0; life < lives; life += 1) {
    for (const [id, size] of await oneLife(t, path, 1 + life * 5)) acknowledged.set(id, size);
    const store = await open(path);
    const listed = new Map<string, number>();
    for await (const { id, size } of store.list()) {
      listed.set(id, size);
      await checkWhole(store, id, size);
    }
    for (const [id, size] of acknowledged) assert.equal(listed.get(id), size);
    // At most the one that was committed when the kill came, per life.
    assert.ok(listed.size - acknowledged.size <= life + 1);
    const folders = (await readdir(path, { recursive: true })).filter((name) =>
      /^..\/..\/.{32}$/.test(name),
    );
    assert.equal(folders.length, listed.size);
  }
});
