import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planVolume } from './plan.ts';
import { deviationOf, doubtsOf } from './quality.ts';
import { sampleSlices, sampleStack } from './suite.ts';
import { toldApartBy } from './told-apart.ts';

const position = 0x00200032;
const spacing = 0x00180088;
const number = 0x00200013;

test('slices that lie where they should deviate by nothing', () => {
  const { unevenMm, tiltMm } = deviationOf(sampleStack());
  assert.ok(unevenMm < 1e-9 && tiltMm < 1e-9);
});

test('a slice that lies beside its place says how far, in both directions', () => {
  const stack = sampleStack({
    edit: (index) => (index === 2 ? { [position]: '-9.96\\-20\\34.05' } : {}),
  });
  const { unevenMm, tiltMm } = deviationOf(stack);
  assert.ok(Math.abs(unevenMm - 0.05) < 1e-9);
  assert.ok(Math.abs(tiltMm - 0.04) < 1e-9);
});

test('half the stated spacing alone, or numbers with holes alone, make a volume that is doubted', () => {
  assert.deepEqual(doubtsOf(sampleStack({ edit: () => ({ [spacing]: '1' }) })), [
    'SpacingBetweenSlices',
  ]);
  const holes = (index: number) => ({ [number]: String(1 + 2 * index) });
  assert.deepEqual(doubtsOf(sampleStack({ edit: holes })), ['InstanceNumber']);
  assert.deepEqual(doubtsOf(sampleStack({ edit: () => ({ [spacing]: '2' }) })), []);
});

test('numbers of slices that were left out lack nowhere', () => {
  const holes = (index: number) => ({ [number]: String(1 + 2 * index) });
  const stack = sampleStack({ edit: holes });
  const [leftOut] = sampleStack({ edit: () => ({ [number]: '2' }) }).slices;
  assert.ok(leftOut !== undefined);
  assert.deepEqual(doubtsOf({ ...stack, leftOut: [leftOut] }), []);
});

test('both signs together prove that slices are missing', () => {
  const edit = (index: number) => ({ [spacing]: '1', [number]: String(1 + 2 * index) });
  const outcome = planVolume(sampleSlices({ edit }));
  assert.equal(outcome.ok ? '' : outcome.code, 'VOLUME_UNEVEN_SPACING');
  const other = (index: number) => ({ [spacing]: '1', [number]: String(1 + 3 * index) });
  assert.ok(planVolume(sampleSlices({ edit: other })).ok);
});

test('what tells stacks apart are the lines of their keys that differ', () => {
  const key = (echo: number, rows: number): string =>
    ['stack-3', '1.2', '1', '1\\0\\0', rows, 8, '1', '1', `EchoNumbers=${echo}`].join('\n');
  assert.deepEqual(toldApartBy(key(1, 6), [key(1, 6), key(2, 6)]), [
    { name: 'EchoNumbers', value: '1' },
  ]);
  assert.deepEqual(toldApartBy(key(1, 6), [key(1, 6), key(1, 7)]), [{ name: 'Rows', value: '6' }]);
  assert.deepEqual(toldApartBy(key(1, 6), [key(1, 6)]), []);
});
