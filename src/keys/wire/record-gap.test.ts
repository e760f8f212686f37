import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isInGap, orderOf } from './record-gap.ts';

const end = (count: number, timeMs: number, digest = 'a'.repeat(64)) => ({
  audit: { count, digest },
  timeMs,
});

test('of two signed ends the longer record counts, and a shorter one only if it was signed before', () => {
  const kept = end(10, 1_000);
  const other = 'b'.repeat(64);
  const cases = [
    [end(1, 1), undefined, 'newer'],
    [end(11, 1_001), kept, 'newer'],
    [end(11, 999), kept, 'newer'],
    [end(10, 2_000), kept, 'same'],
    [end(9, 999), kept, 'late'],
    [end(9, 1_000), kept, 'late'],
    [end(9, 1_001), kept, 'behind'],
    [end(10, 1_001, other), kept, 'behind'],
    [end(10, 999, other), kept, 'late'],
  ] as const;
  for (const [anchor, before, order] of cases) assert.equal(orderOf(anchor, before), order);
});

test('a gap covers what was signed before it was accepted, behind where it begins, and no more', () => {
  const gap = {
    gap: { expected: end(10, 0).audit, found: end(5, 0).audit },
    reason: 'x',
    timeMs: 1_000,
  };
  const cases = [
    [end(10, 9_000), true],
    [end(10, 9_000, 'b'.repeat(64)), false],
    [end(6, 1_000), true],
    [end(12, 900), true],
    [end(12, 1_001), false],
    [end(5, 900), false],
    [end(3, 1), false],
  ] as const;
  for (const [anchor, covered] of cases) assert.equal(isInGap(gap, anchor), covered);
});
