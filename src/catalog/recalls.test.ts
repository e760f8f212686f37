import assert from 'node:assert/strict';
import { test } from 'node:test';
import { products } from '../../test/support/catalog-products.ts';
import { deidentified } from '../flow/mint/deidentified.ts';
import type { CatalogChange, FileNode } from './catalog.ts';
import { openCatalog } from './open-catalog.ts';

const seriesCount = 45;

const collection: CatalogChange = {
  kind: 'collection',
  offer: { site: 'berlin', name: 'lung', delivery: 'open', formats: ['dcm'] },
};

const series = (name: string): CatalogChange => ({
  kind: 'series',
  series: {
    site: 'berlin',
    collection: 'lung',
    patientName: 'p-1',
    studyName: 't-1',
    seriesName: name,
    instanceNames: ['i-1'],
    isHeld: true,
    metadata: deidentified({}),
  },
});

/** A queue over as many series; `ask` and `claim` name them by number. */
async function recallQueue() {
  const { inbox, names, recalls } = await openCatalog({ products, path: ':memory:' });
  const all = Array.from({ length: seriesCount }, (_, at) => series(`s-${at}`));
  await inbox.apply([collection, ...all].map((change, at) => ({ sequence: at + 1, change })));
  const files: FileNode[] = [];
  for (const at of all.keys()) {
    const file = await names.resolve(`/berlin/lung/p-1/t-1/s-${at}/i-1.dcm`);
    assert.equal(file?.kind, 'file');
    files.push(file);
  }
  const numbers = new Map(files.map((file, at) => [file.seriesId, at]));
  return {
    ask: (caller: string, at: number, priority: 'interactive' | 'bulk' = 'interactive') => {
      const file = files[at] ?? assert.fail('a file');
      return recalls.request({ seriesId: file.seriesId, files: [file.id], priority, caller });
    },
    /** Take the next; it stays running if it is not to settle. */
    claim: async (
      settle = true,
      busyLanes: readonly string[] = [],
    ): Promise<number | undefined> => {
      const row = await recalls.claim(busyLanes);
      if (row !== undefined && settle) await recalls.settle(row.id, { state: 'done' });
      return row === undefined ? undefined : numbers.get(row.seriesId);
    },
    /** Take the next and put it back into a lane. */
    putBack: async (lane: string): Promise<void> => {
      const row = await recalls.claim();
      await recalls.putBack(row?.id ?? assert.fail('a recall'), lane);
    },
  };
}

test('who asks for one series is next, however many another reader has queued', async () => {
  const { ask, claim } = await recallQueue();
  for (let at = 0; at < 40; at += 1) await ask('ada', at);
  assert.equal(await claim(), 0);
  await ask('bob', 40);
  assert.equal(await claim(), 40);
  await ask('bob', 41);
  await ask('bob', 42);
  assert.deepEqual([await claim(), await claim(), await claim()], [1, 41, 2], 'they take turns');
});

test('of two callers the one with less under way is next', async () => {
  const { ask, claim } = await recallQueue();
  for (const at of [0, 1, 2]) await ask('ada', at);
  assert.deepEqual([await claim(false), await claim(false)], [0, 1]);
  for (const at of [3, 4, 5]) await ask('bob', at);
  assert.deepEqual([await claim(false), await claim(false)], [3, 4]);
});

test('who joins waits for his own turn at most, and who is joined pays for the series', async () => {
  const { ask, claim } = await recallQueue();
  for (let at = 0; at < 10; at += 1) await ask('ada', at);
  assert.equal(await claim(), 0);
  await ask('bob', 9);
  assert.equal(await claim(), 9, 'not behind all that the other one asked for before');
  await ask('bob', 1);
  await ask('bob', 10);
  assert.equal(await claim(), 1, 'the turn is the one of who asked first');
  assert.equal(await claim(), 10, 'and who joined has still his own');
});

test('interactive goes before bulk, whoever asked', async () => {
  const { ask, claim } = await recallQueue();
  await ask('bob', 0, 'bulk');
  await ask('ada', 1);
  await ask('ada', 2);
  assert.deepEqual([await claim(), await claim(), await claim()], [1, 2, 0]);
});

test('what waits in a busy lane is passed over, and has lost no turn', async () => {
  const { ask, claim, putBack } = await recallQueue();
  await ask('ada', 0);
  await putBack('slow');
  await ask('bob', 1, 'bulk');
  assert.equal(await claim(false, ['slow']), 1, 'although it is bulk');
  assert.equal(await claim(true, ['slow']), undefined);
  assert.equal(await claim(), 0);
});
