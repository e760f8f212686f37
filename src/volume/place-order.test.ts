import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { present } from '../lib/assert.ts';
import { orderOfPlace } from './place-order.ts';
import { createSliceReader, type Slice } from './slice.ts';
import { sampleSlices } from './suite.ts';

const [sample] = sampleSlices({ count: 1 });
const outcome = createSliceReader()(present(sample, 'a slice'));
assert.ok(outcome.ok);
const slice: Slice = outcome.value;

const number = fc.constantFrom(undefined, 1, 2, 10, 11, 100);

/** What slices of one place may differ in, and what of it is undefined. */
const slices: fc.Arbitrary<Slice> = fc
  .record({
    order: fc.array(
      fc.option(fc.array(fc.constantFrom(1, 2, 10), { maxLength: 2 }), { nil: undefined }),
      {
        maxLength: 2,
      },
    ),
    traits: fc.array(fc.constantFrom('', 'A', 'AB', '"'), { maxLength: 2 }),
    slope: fc.constantFrom(1, 10, 0.5),
    kind: fc.constantFrom(slice.kind, 'Map=ADC'),
    instanceNumber: number,
    bValue: number,
    timeMs: number,
    repetitionTimeS: number,
  })
  .map(({ slope, bValue, ...rest }) => ({
    ...slice,
    ...rest,
    scale: { slope, intercept: 0 },
    weighting: { bValue, direction: undefined },
  }));

test('slices of one place are in the order of their whole texts', () => {
  fc.assert(
    fc.property(fc.array(slices, { minLength: 1, maxLength: 6 }), (all) => {
      const texts = (given: readonly { readonly slice: Slice }[]): readonly string[] =>
        given.map((each) => JSON.stringify(each.slice));
      const known = all.map((each, index) => ({ slice: each, index }));
      const expected = [...texts(known)].sort((a, b) => (a < b ? -1 : 1));
      assert.deepEqual(texts(orderOfPlace(known)), expected);
    }),
    { numRuns: 1000 },
  );
});
