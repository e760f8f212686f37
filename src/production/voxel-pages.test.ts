import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../test/support/manual-clock.ts';
import { type Deidentified, readDeidentified } from '../flow/index.ts';
import { deidentified } from '../flow/mint/deidentified.ts';
import { PagePool } from './page-pool.ts';
import { VoxelPages } from './voxel-pages.ts';

const source = deidentified(undefined);

/** Pages of three pieces of two bytes, and a file that takes them when it is let. */
function openPages() {
  const written: number[][] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const clock = manualClock();
  const write = async (box: Deidentified<Uint8Array>): Promise<void> => {
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    await gate.promise;
    written.push([...readDeidentified(box)]);
  };
  const pages = new VoxelPages({
    encoders: [{ write }],
    pieceBytes: 2,
    pageBytes: 6,
    pool: new PagePool({ freePagesMax: 2 }),
    clock,
    waitMs: 100,
  });
  const add = async (value: number): Promise<void> => {
    if (!pages.hasRoom(2)) await pages.turn();
    pages.take(source, 2).fill(value);
    pages.taken();
  };
  return { pages, add, clock, written, gates };
}

const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
  const pause = new Promise((resolve) => setImmediate(resolve, 'pause'));
  return (await Promise.race([promise, pause])) !== 'pause';
};

test('a page is filled while the one before is written, and no third', async () => {
  const { pages, add, written, gates } = openPages();
  for (let value = 1; value <= 6; value += 1) await add(value);
  assert.equal(gates.length, 1);
  const third = add(7);
  assert.equal(await isSettled(third), false);
  gates[0]?.resolve();
  await third;
  gates[1]?.resolve();
  const flushing = pages.flush();
  await isSettled(flushing);
  gates[2]?.resolve();
  await flushing;
  assert.deepEqual(written, [
    [1, 1, 2, 2, 3, 3],
    [4, 4, 5, 5, 6, 6],
    [7, 7],
  ]);
});

test('what was gathered goes on when no more comes, after what went before', async () => {
  const { add, clock, written, gates } = openPages();
  await add(1);
  clock.advance(99);
  assert.equal(gates.length, 0);
  clock.advance(1);
  assert.equal(gates.length, 1);
  await add(2);
  clock.advance(100);
  assert.equal(gates.length, 1);
  gates[0]?.resolve();
  await isSettled(Promise.resolve());
  clock.advance(100);
  gates[1]?.resolve();
  await isSettled(Promise.resolve());
  assert.deepEqual(written, [
    [1, 1],
    [2, 2],
  ]);
  assert.equal(clock.pending(), 0);
});

test('a write that fails is met by whoever comes next, and by nobody before', async () => {
  for (const next of ['turn', 'flush'] as const) {
    const { pages, add, gates } = openPages();
    for (let value = 1; value <= 4; value += 1) await add(value);
    gates[0]?.reject(new Error('disk full'));
    await isSettled(Promise.resolve());
    await assert.rejects(pages[next](), /disk full/);
    await pages.abort();
  }
});

test('given up, nothing more is written, and what is under way is waited for', async () => {
  const { pages, add, clock, gates } = openPages();
  for (let value = 1; value <= 4; value += 1) await add(value);
  const aborting = pages.abort();
  assert.equal(await isSettled(aborting), false);
  gates[0]?.reject(new Error('aborted'));
  await aborting;
  clock.advance(1000);
  assert.equal(gates.length, 1);
});
