import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fact, notKept } from '../fact.ts';
import type { AcquisitionGroup } from './acquisition-group.ts';
import { AcquisitionTally } from './acquisition-tally.ts';

const group: AcquisitionGroup = { id: 'a-1', place: 2, expected: 5, onePlace: false };
const at = (z: number) => fact([0, 0, z]);

function agreed(...said: readonly (Partial<AcquisitionGroup> | undefined)[]) {
  const tally = new AcquisitionTally();
  for (const [index, change] of said.entries()) {
    const acquisition = change === undefined ? {} : { acquisition: { ...group, ...change } };
    tally.add({ ...acquisition, position: at(index) });
  }
  return tally.group;
}

test('a series is at a place of an acquisition if all its images say so', () => {
  assert.deepEqual(agreed({}, {}, {}), group);
  assert.equal(agreed(), undefined);
  assert.equal(agreed(undefined, {}), undefined);
  assert.equal(agreed({}, undefined), undefined);
  assert.equal(agreed({}, { place: 3 }), undefined);
  assert.equal(agreed({}, { id: 'a-2' }, {}), undefined);
  assert.equal(agreed({}, { expected: undefined }), undefined);
});

test('an image of which nothing may be known could say something else', () => {
  const tally = new AcquisitionTally();
  tally.add({ acquisition: group, position: at(0) });
  tally.addUnknown();
  assert.equal(tally.group, undefined);
});

test('a series that is one slice of an acquisition has no image elsewhere', () => {
  const slice = { ...group, onePlace: true };
  for (const [position, expected] of [
    [at(0), slice],
    [at(3), undefined],
    [notKept, undefined],
  ] as const) {
    const tally = new AcquisitionTally();
    tally.add({ acquisition: slice, position: at(0) });
    tally.add({ acquisition: slice, position });
    assert.deepEqual(tally.group, expected);
  }
});
