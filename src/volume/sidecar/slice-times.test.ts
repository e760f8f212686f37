import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScanFacts } from '../../facts/index.ts';
import type { DescribedStack } from '../described-stack.ts';
import { sliceCodeOf } from '../slice-code.ts';
import { type SampleOptions, sampleStack } from '../suite.ts';
import { sliceTimesOf } from './slice-times.ts';

/** A stack whose slices say so of their scan. */
function stackOf(scanAt: (at: number) => ScanFacts, options: SampleOptions = {}): DescribedStack {
  const stack = sampleStack(options);
  return {
    ...stack,
    slices: stack.slices.map((source, at) => ({
      ...source,
      slice: { ...source.slice, facts: { ...source.slice.facts, scan: scanAt(at) } },
    })),
  };
}

test('times that slices state are told from the first of them', () => {
  const times = [7, 5, 8, 6, 9];
  const stack = stackOf((at) => ({ repetitionTime: 100, sliceTime: times[at] ?? 0 }));
  assert.deepEqual(sliceTimesOf(stack), [2, 0, 3, 1, 4]);
});

test('one time for all, times beyond the repetition, and times of some slices are none', () => {
  assert.equal(sliceTimesOf(stackOf(() => ({ sliceTime: 4 }))), undefined);
  assert.equal(
    sliceTimesOf(stackOf((at) => ({ sliceTime: at * 50, repetitionTime: 100 }))),
    undefined,
  );
  assert.equal(sliceTimesOf(stackOf((at) => (at === 2 ? {} : { sliceTime: at }))), undefined);
  assert.equal(
    sliceTimesOf(stackOf((at) => ({ sliceTime: at, acquisitionType: '3D' }))),
    undefined,
  );
});

const numbered = (count: number, down: boolean): SampleOptions => ({
  count,
  edit: (index) => ({ 0x00200013: String(1 + (down ? count - 1 - index : index)) }),
});

test('an order of slices is spread evenly through the repetition, less what it waits', () => {
  const rows = [
    [4, { sliceOrder: 'ascending' }, [0, 25, 50, 75]],
    [4, { sliceOrder: 'descending' }, [75, 50, 25, 0]],
    [5, { sliceOrder: 'interleaved' }, [0, 60, 20, 80, 40]],
    [4, { sliceOrder: 'interleaved-by-count' }, [50, 0, 75, 25]],
    [5, { sliceOrder: 'interleaved-by-count' }, [0, 60, 20, 80, 40]],
    [4, { sliceOrder: 'ascending', groupDelay: 20 }, [0, 20, 40, 60]],
    [4, { sliceOrder: 'ascending', multiband: 2, geEra: '27-r03' }, [0, 50, 0, 50]],
    [
      6,
      { sliceOrder: 'interleaved', multiband: 2, geEra: '26' },
      [0, 200 / 3, 100 / 3, 0, 200 / 3, 100 / 3],
    ],
  ] as const;
  for (const [count, scan, times] of rows) {
    const stack = stackOf(() => ({ repetitionTime: 100, ...scan }), numbered(count, false));
    const made = sliceTimesOf(stack)?.map((time) => time.toFixed(6));
    assert.deepEqual(
      made,
      times.map((time) => time.toFixed(6)),
      JSON.stringify(scan),
    );
  }
});

test('instances that are numbered down the file are acquired down the file', () => {
  const scan = { repetitionTime: 100, sliceOrder: 'ascending' } as const;
  assert.deepEqual(sliceTimesOf(stackOf(() => scan, numbered(4, true))), [75, 50, 25, 0]);
});

test('software whose order of bands is not known gives no times', () => {
  const scan = { repetitionTime: 100, sliceOrder: 'ascending', multiband: 2 } as const;
  assert.equal(sliceTimesOf(stackOf(() => scan, numbered(4, false))), undefined);
});

test('orders in time have the codes of NIfTI-1', () => {
  const rows = [
    [[0, 1, 2, 3, 4], 1],
    [[4, 3, 2, 1, 0], 2],
    [[0, 3, 1, 4, 2], 3],
    [[2, 4, 1, 3, 0], 4],
    [[2, 0, 3, 1], 5],
    [[1, 3, 0, 2], 6],
    [[0, 1, 0, 1], 0],
    [[0, 2, 1, 3, 4], 0],
    [[0, 1], 0],
  ] as const;
  for (const [times, code] of rows) assert.equal(sliceCodeOf(times), code, String(times));
  assert.equal(sliceCodeOf([0, undefined, 2]), 0);
});
