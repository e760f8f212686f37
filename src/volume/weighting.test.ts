import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Weighting } from '../facts/index.ts';
import { compareWeighting, isAlikeWeighting } from './weighting.ts';

const component = fc.constantFrom(-1, -0.5, 0, 0.5, 1);
const weighting: fc.Arbitrary<Weighting> = fc.record({
  bValue: fc.option(fc.constantFrom(0, 50, 1000), { nil: undefined }),
  direction: fc.option(fc.array(component, { minLength: 3, maxLength: 3 }), { nil: undefined }),
});

test('weightings have one order, those without a direction too', () => {
  fc.assert(
    fc.property(weighting, weighting, weighting, (a, b, c) => {
      const [ab, bc, ac] = [
        [a, b],
        [b, c],
        [a, c],
      ].map(([one, other]) => Math.sign(compareWeighting(one as Weighting, other as Weighting)));
      assert.equal(Math.sign(compareWeighting(b, a)) + (ab ?? 0), 0);
      if (ab === bc) assert.equal(ac, ab);
    }),
  );
});

test('b-values of one weighting differ by one percent at most', () => {
  const isAlike = (a: number, b: number): boolean =>
    isAlikeWeighting({ bValue: a, direction: undefined }, { bValue: b, direction: undefined });
  assert.deepEqual(
    [isAlike(1000, 1009), isAlike(1009, 1000), isAlike(1000, 1011), isAlike(0, 1), isAlike(0, 5)],
    [true, true, false, true, false],
  );
});
