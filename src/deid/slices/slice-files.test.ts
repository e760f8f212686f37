import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Fact, fact, notKept, readStandardFacts } from '../../facts/index.ts';
import { canBeSliced } from './slice-files.ts';

function outcomeOf(instanceNumber: Fact<number> | undefined, samples = 1): boolean {
  const read = readStandardFacts({
    header: new Map(),
    omitted: [],
    sopClassUid: '',
    tokenOf: String,
  });
  const number = instanceNumber ?? read.instanceNumber;
  const slices = new Array(2);
  return canBeSliced({ ...read, slices, instanceNumber: number, samples: fact(samples) });
}

test('slices are images by themselves only where their time and their samples are known', () => {
  for (const number of [1, 7, 2_000]) assert.equal(outcomeOf(fact(number)), true);
  for (const number of [undefined, notKept, fact(0), fact(-1), fact(1.5), fact(2 ** 31)])
    assert.equal(outcomeOf(number), false);
  assert.equal(outcomeOf(fact(1), 3), false);
});
