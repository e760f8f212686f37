import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fact, type SliceFacts } from '../facts/index.ts';
import { createScanOfSlice } from './scan-of-slice.ts';
import { sampleSlices } from './suite.ts';

test('a frame has its own repetition time, else that of its object', () => {
  const [slice] = sampleSlices({ count: 1 });
  assert(slice !== undefined);
  const frames = [500, 2000, undefined].map(
    (time, frame): SliceFacts => ({
      frame,
      tile: undefined,
      direction: 1,
      ...(time === undefined ? {} : { repetitionTime: fact(time) }),
    }),
  );
  const object = { ...slice.facts, scan: { repetitionTime: 500 }, slices: frames };
  assert.deepEqual(
    frames.map(createScanOfSlice(object)).map(({ scan }) => scan?.repetitionTime),
    [500, 2000, 500],
  );
});
