import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  jobOf,
  jobSeries,
  openWorkshop,
  resultsOf,
  targetOf,
} from '../../test/support/production.ts';
import { sopClass } from '../dicom/index.ts';
import type { ProductionResult } from './index.ts';

const small = { slices: 6, rows: 16, columns: 12 } as const;

test('what the list claims is true in any order of the list: nothing is given up', async (t) => {
  for (const order of [
    [5, 4, 3, 2, 1, 0],
    [2, 5, 0, 3, 1, 4],
  ]) {
    const workshop = await openWorkshop(t);
    const series = jobSeries(small);
    const expected = order.flatMap((index) => series.expected[index] ?? []);
    const givenUp: number[] = [];
    const job = jobOf(workshop, { ...series, expected }, { order });
    const watched = { ...job, onGivenUp: (fileId: number) => void givenUp.push(fileId) };
    const [result] = await resultsOf(workshop.production.produce(watched));
    assert.deepEqual([result?.kind, givenUp], ['produced', []]);
  }
});

test('a file of a stack by its name is refused as the one volume is, where the list is wrong', async (t) => {
  const workshop = await openWorkshop(t);
  const found: ProductionResult[] = [];
  for await (const each of workshop.production.produce(jobOf(workshop, jobSeries(small)))) {
    found.push(each);
  }
  const [stacks] = found;
  assert.ok(stacks?.kind === 'stacks');
  const stackName = stacks.stacks[0]?.name;
  const moved = jobSeries({
    ...small,
    edit: (index) => (index === 5 ? [[0x00200032, 'DS', '-10\\-20\\37.54']] : []),
  });
  const targets = [targetOf({ fileId: 1, stackName })];
  const job = jobOf(workshop, { ...jobSeries(small), expected: moved.expected }, { targets });
  const results = await resultsOf(workshop.production.produce(job));
  assert.deepEqual(results, [{ kind: 'refused', fileId: 1, code: 'VOLUME_NOT_AS_LISTED' }]);
});

test('an object of another kind in a series costs its file only, whatever comes of it', async (t) => {
  for (const records of [true, false]) {
    const workshop = await openWorkshop(t);
    const series = jobSeries({ ...small, records });
    const odd = jobSeries({ ...small, seed: 9, slices: 1, records: false });
    const instances = (async function* () {
      yield odd.instance(0, { sopClassUid: sopClass.SecondaryCaptureImageStorage });
      for (const index of [0, 1, 2, 3, 4, 5]) yield series.instance(index);
    })();
    const expected = [...series.expected, ...odd.expected];
    const job = jobOf(workshop, { ...series, expected }, { instances });
    const [result] = await resultsOf(workshop.production.produce(job));
    assert.equal(result?.kind, 'produced');
  }
});
