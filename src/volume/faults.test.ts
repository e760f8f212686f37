import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultsOf, type StackFaults } from './faults.ts';
import type { RefusedStack } from './refused-stack.ts';
import { type SampleOptions, samplePosition, sampleRefused } from './suite.ts';
import type { Vector3 } from './vector.ts';

const position = 0x00200032;
const orientation = 0x00200037;
const number = 0x00200013;
const spacing = 0x00180088;

/** Sample slices lie 2 mm apart; these at so many mm. */
const placed = (heights: readonly number[], aside = 0): SampleOptions => ({
  count: heights.length,
  edit: (index) => {
    const [x, y, z] = samplePosition({}, 0);
    const at: Vector3 = [x + aside * index, y, z + (heights[index] ?? 0)];
    return { [position]: at.join('\\') };
  },
});
const uneven = (heights: readonly number[]): StackFaults =>
  faultsOf(sampleRefused('VOLUME_UNEVEN_SPACING', placed(heights)));

test('where slices lack, it is known behind which places, and how many', () => {
  const { missing, uneven: others, places, deviation } = uneven([0, 2, 4, 8, 10, 16]);
  assert.deepEqual(missing, [
    { after: 2, slices: 1 },
    { after: 4, slices: 2 },
  ]);
  assert.deepEqual([others, places], [[], 6]);
  assert.ok((deviation?.unevenMm ?? 1) < 1e-9);
});

test('a distance that is no multiple of the others is uneven, and says by how much', () => {
  const { missing, uneven: others, deviation } = uneven([0, 2, 4, 7, 9]);
  assert.deepEqual([missing, others], [[], [2]]);
  assert.ok(Math.abs((deviation?.unevenMm ?? 0) - 0.5) < 1e-9);
});

test('two signs together say that slices lack behind each place', () => {
  const edit = (index: number) => ({ [spacing]: '1', [number]: String(1 + 2 * index) });
  const options = { count: 3, edit };
  const { missing } = faultsOf(sampleRefused('VOLUME_UNEVEN_SPACING', options));
  assert.deepEqual(missing, [
    { after: 0, slices: 1 },
    { after: 1, slices: 1 },
  ]);
  assert.deepEqual(faultsOf(sampleRefused('VOLUME_GANTRY_TILT', options)).missing, []);
});

test('a tilt is told in mm', () => {
  const { deviation } = faultsOf(sampleRefused('VOLUME_GANTRY_TILT', placed([0, 2, 4], 0.5)));
  assert.deepEqual(deviation, { unevenMm: 0, tiltMm: 1 });
});

test('slices of one place are told, in an order that does not depend on what came first', () => {
  const stack = sampleRefused('VOLUME_DUPLICATE_POSITION', placed([4, 0, 2, 2, 2]));
  const faults = faultsOf(stack);
  assert.deepEqual(faults.duplicates, [1]);
  assert.deepEqual(
    faults.slices.map(({ source, place }) => [source.instanceUid, place]),
    [
      ['2.25.2', 0],
      ['2.25.3', 1],
      ['2.25.4', 1],
      ['2.25.5', 1],
      ['2.25.1', 2],
    ],
  );
  const turned: RefusedStack = { ...stack, slices: stack.slices.toReversed() };
  assert.deepEqual(faultsOf(turned), faults);
});

test('slices of several directions have no places; one that cannot be read says why', () => {
  const edit = (index: number) => (index === 2 ? { [orientation]: '0\\1\\0\\0\\0\\1' } : {});
  const mixed = faultsOf(sampleRefused('VOLUME_MIXED_ORIENTATION', { edit }));
  assert.deepEqual([mixed.mixed, mixed.places], [['VOLUME_MIXED_ORIENTATION'], undefined]);
  const blank = (index: number) => (index === 2 ? { [position]: undefined } : {});
  const { slices, places } = faultsOf(sampleRefused('VOLUME_NO_GEOMETRY', { edit: blank }));
  assert.deepEqual([slices.at(-1)?.refusal, places], ['VOLUME_NO_GEOMETRY', 4]);
});
