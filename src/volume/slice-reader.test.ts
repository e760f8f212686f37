import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fact, notKept, type SliceFacts } from '../facts/index.ts';
import { present } from '../lib/assert.ts';
import { atOnce } from '../lib/streams/steps.ts';
import { createSliceReader, readSlice } from './slice.ts';
import { slicesOf } from './slices-of.ts';
import { sampleSlices } from './suite.ts';
import type { PlanSlice } from './volume-format.ts';

/** A tile of a mosaic; what `own` says is said of it alone. */
const tileOf = (at: number, own: Partial<SliceFacts> = {}): SliceFacts => ({
  frame: 0,
  tile: { left: 4 * at, top: 0 },
  direction: 1,
  rows: fact(4),
  columns: fact(4),
  position: fact([0, 0, at]),
  ...own,
});

function tiled(slices: readonly SliceFacts[]): readonly PlanSlice[] {
  const [sample] = sampleSlices({ count: 1 });
  const { facts, transferSyntaxUid } = present(sample, 'a slice');
  const sliceTimes = slices.map((_, at) => 10 * at);
  const object = { ...facts, slices, scan: { ...facts.scan, sliceTimes } };
  return atOnce(slicesOf(object, transferSyntaxUid));
}

test('slices that are like another are read as if they were alone', () => {
  const slices = tiled([
    tileOf(0),
    tileOf(1),
    tileOf(2, { position: notKept }),
    tileOf(3, { position: fact([0, 0]) }),
    tileOf(4, { rows: fact(5) }),
    tileOf(5, { rows: fact(5) }),
    tileOf(6, { frame: 1, tile: undefined }),
    tileOf(7, { direction: -1 }),
  ]);
  const likes = slices.map(({ like }) => (like === undefined ? undefined : slices.indexOf(like)));
  assert.deepEqual(likes, [undefined, 0, 0, 0, undefined, 4, undefined, undefined]);
  const read = createSliceReader();
  for (const slice of slices) assert.deepEqual(read(slice), readSlice(slice));
  // Whatever was read before.
  for (const slice of slices.toReversed()) assert.deepEqual(read(slice), readSlice(slice));
});
