import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Weighting } from '../facts/index.ts';
import { compareWeighting } from './weighting.ts';

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
