import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planSeries } from '../../plan-series.ts';
import { samplePosition, sampleSlices } from '../../suite.ts';
import type { PlanSlice } from '../../volume-format.ts';
import { readAll, testStackCorrection } from '../suite.ts';
import { pickFirstDuplicate } from './pick-first-duplicate.ts';

const tag = {
  position: 0x00200032,
  number: 0x00200013,
  temporalPosition: 0x00200100,
  echoTime: 0x00180081,
  exposure: 0x00181152,
  spacing: 0x00180088,
};

/** A slice at each of these places, with these instance numbers, and more. */
function slicesAt(
  places: readonly number[],
  numbers: readonly (number | undefined)[],
  more: (index: number) => Readonly<Record<number, string>> = () => ({}),
): readonly PlanSlice[] {
  return sampleSlices({
    count: places.length,
    edit: (index) => ({
      [tag.position]: samplePosition({}, places[index] ?? 0).join('\\'),
      [tag.number]: numbers[index] === undefined ? undefined : String(numbers[index]),
      ...more(index),
    }),
  });
}

/** Those kept, by their index; or the code. */
function kept(slices: readonly PlanSlice[]): readonly number[] | string {
  const outcome = pickFirstDuplicate.keep(readAll(slices));
  return outcome.ok ? outcome.value.toSorted((a, b) => a - b) : outcome.code;
}

testStackCorrection(pickFirstDuplicate, slicesAt([0, 1, 1, 2, 3, 3, 3], [1, 2, 3, 4, 7, 5, 6]));

test('of several slices at one place it keeps the one with the lowest number', () => {
  assert.deepEqual(kept(slicesAt([0, 1, 1, 2, 3, 3, 3], [1, 3, 2, 4, 7, 5, 6])), [0, 2, 3, 5]);
  // Of the others numbers do not matter.
  assert.deepEqual(kept(slicesAt([0, 1, 1, 1, 2], [undefined, 2, 3, 3, 2])), [0, 1, 4]);
});

test('numbers that are equal or not there decide nothing', () => {
  for (const numbers of [
    [1, 2, 2, 3],
    [1, 2, undefined, 3],
    [1, undefined, undefined, 3],
  ]) {
    assert.equal(kept(slicesAt([0, 1, 1, 2], numbers)), 'VOLUME_DUPLICATES_UNDECIDED');
  }
});

test('images of different kinds or times are no repeated slices, unless the first are of one', () => {
  for (const element of [tag.temporalPosition, tag.echoTime]) {
    // The second place lacks the first of both.
    const mixed = slicesAt([0, 0, 1, 2, 2], [1, 4, 5, 3, 6], (index) => ({
      [element]: ['10', '20', '20', '10', '20'][index] ?? '',
    }));
    assert.equal(kept(mixed), 'VOLUME_DUPLICATES_UNDECIDED');
    const first = slicesAt([0, 0, 1, 2, 3], [1, 5, 2, 3, 4], (index) => ({
      [element]: index === 1 ? '20' : '10',
    }));
    assert.deepEqual(kept(first), [0, 2, 3, 4]);
  }
});

test('a series of volumes that lacks a slice is no volume with repeated slices', () => {
  const numbers = [1, 2, 3, 5, 6, 7, 8];
  assert.equal(kept(slicesAt([0, 1, 2, 0, 1, 2, 3], numbers)), 'VOLUME_DUPLICATES_UNDECIDED');
});

test('an echo time that was measured anew is no other echo', () => {
  const measured = slicesAt([0, 1, 1, 2], [1, 2, 3, 4], (index) => ({
    [tag.echoTime]: ['10', '10.02', '10.04', '10.01'][index] ?? '',
  }));
  assert.deepEqual(kept(measured), [0, 1, 3]);
});

test('an exposure that follows the body is no other scan', () => {
  const followed = slicesAt([0, 1, 1, 2], [1, 2, 3, 4], (index) => ({
    [tag.exposure]: ['50', '60', '75', '90'][index] ?? '',
  }));
  assert.deepEqual(kept(followed), [0, 1, 3]);
});

test('what is left has to be a volume like any other', () => {
  const [stack] = planSeries(slicesAt([0, 1, 1, 3, 4], [1, 2, 3, 4, 5]));
  const [corrected] = stack?.corrected ?? [];
  assert.ok(stack?.outcome.ok === false && corrected?.outcome.ok === false);
  assert.equal(stack.outcome.code, 'VOLUME_DUPLICATE_POSITION');
  assert.equal(corrected.outcome.code, 'VOLUME_UNEVEN_SPACING');
});

test('a stack that is refused for another reason has no such correction', () => {
  const [stack] = planSeries(slicesAt([0, 1, 3, 4], [1, 2, 3, 4]));
  assert.ok(stack?.outcome.ok === false);
  assert.deepEqual(stack.corrected, []);
});
