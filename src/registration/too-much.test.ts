import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTooMuch } from './too-much.ts';

test('20 studies and more wait where they are more than one in a hundred', () => {
  for (const [studiesLeaving, studies, waits] of [
    [0, 0, false],
    [19, 19, false],
    [20, 20, true],
    [20, 1999, true],
    [20, 2000, false],
    [999, 100_000, false],
    [1000, 100_000, false],
    [1001, 100_000, true],
  ] as const) {
    assert.equal(isTooMuch({ studies, studiesLeaving }), waits, `${studiesLeaving} of ${studies}`);
  }
});
