import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  jobOf,
  jobSeries,
  newRegister,
  openWorkshop,
  resultsOf,
  targetOf,
} from '../../test/support/production.ts';
import { systemClock } from '../lib/clock.ts';
import { systemRandom } from '../lib/random.ts';
import type { NewKey, ProductionPorts } from './create-production.ts';
import { KeyRing } from './key-ring.ts';
import { productionLimits } from './limits.ts';

const small = { slices: 6, rows: 16, columns: 12 } as const;

test('the keys of all files with names are made at once, before the archive sends anything', async (t) => {
  const began: string[] = [];
  const workshop = await openWorkshop(t, {
    deposit: async ({ of }) => void began.push('series' in of ? of.stem : ''),
  });
  const series = jobSeries(small);
  const targets = series.names.map((instanceName, index) =>
    targetOf({ fileId: index + 1, product: 'dcm', instanceName }),
  );
  let known = 0;
  const told: string[] = [];
  const instances = (async function* () {
    // What is asked of an archive takes longer than a turn.
    await new Promise((resolve) => setTimeout(resolve, 20));
    known = began.length;
    for (let index = 0; index < 6; index += 1) yield series.instance(index);
  })();
  const onKeys = (ids: readonly string[]): void => void told.push(...ids);
  const job = jobOf(workshop, series, { targets, instances, onKeys });
  const results = await resultsOf(workshop.production.produce(job));
  assert.deepEqual(new Set(results.map(({ kind }) => kind)), new Set(['produced']));
  assert.equal(known, 6);
  assert.deepEqual(began.toSorted(), series.names.toSorted());
  assert.deepEqual(told.toSorted(), workshop.keys.map(({ keyId }) => keyId).toSorted());
});

function ringOf(deposit: (keys: readonly NewKey[]) => Promise<void>): KeyRing {
  const deposits = { serverNames: ['a', 'b'], threshold: 2, deposit };
  const ports = { deposits, clock: systemClock, random: systemRandom };
  const job = {
    site: 'site',
    collection: 'all',
    policyId: 'site/all',
    subjectName: 'p-1',
    studyName: 't-1',
    seriesName: 's-1',
    stateNumber: 1,
    files: newRegister(),
    onKeys() {},
  };

  return new KeyRing(ports as unknown as ProductionPorts, job as never); // no more is looked at
}

test('a call makes at most as many keys as a server takes, and each name has one', async () => {
  const calls: number[] = [];
  const kept: NewKey[] = [];
  const ring = ringOf(async (keys) => {
    calls.push(keys.length);
    kept.push(...keys);
  });
  const { keysPerBatchMax } = productionLimits;
  const names = Array.from({ length: keysPerBatchMax + 1 }, (_, index) => `i-${index}.dcm`);
  ring.make(names);
  ring.make(names.slice(0, 2));
  const one = await ring.take('i-0.dcm');
  assert.deepEqual(await ring.take('i-0.dcm'), one);
  await ring.take('v-1.nii');
  assert.deepEqual(calls, [keysPerBatchMax, 1, 1]);
  assert.equal(new Set(kept.map(({ keyId }) => keyId)).size, keysPerBatchMax + 2);
  for (const { privateKey } of kept) assert.ok(privateKey.every((byte) => byte === 0));
});

test('a deposit that fails fails those who take its keys, and is wiped', async () => {
  const kept: NewKey[] = [];
  const ring = ringOf(async (keys) => {
    kept.push(...keys);
    throw new Error('no quorum');
  });
  ring.make(['i-1.dcm', 'i-2.dcm']);
  await ring.settle();
  for (const name of ['i-1.dcm', 'i-2.dcm']) await assert.rejects(ring.take(name), /no quorum/);
  for (const { privateKey } of kept) assert.ok(privateKey.every((byte) => byte === 0));
});
