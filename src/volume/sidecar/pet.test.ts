import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fact } from '../../facts/index.ts';
import type { DescribedStack } from '../described-stack.ts';
import { sampleStack } from '../suite.ts';
import { petKeys } from './pet.ts';

/** A stack of one place, and of each volume when it holds and how long it took; ms. */
function stackOf(frames: readonly (readonly [number, number])[]): DescribedStack {
  const stack = sampleStack({ count: 1 });
  const [source] = stack.slices;
  if (source === undefined) throw new Error('a slice');
  return {
    ...stack,
    plan: { ...stack.plan, volumes: frames.length },
    slices: frames.map(([time, frameDuration]) => ({
      ...source,
      slice: {
        ...source.slice,
        facts: { ...source.slice.facts, frameReferenceTime: fact(time), scan: { frameDuration } },
      },
    })),
  };
}

const startsOf = (...frames: readonly (readonly [number, number])[]): unknown =>
  petKeys(stackOf(frames), {}).FrameTimesStart;

test('reference times are the starts of frames only where they follow each other so', () => {
  assert.deepEqual(startsOf([5_000, 10_000], [15_000, 30_000], [45_000, 5]), [0, 10, 40]);
  // In the middle of their frames.
  assert.equal(startsOf([5_000, 10_000], [25_000, 30_000]), undefined);
  assert.deepEqual(startsOf([700, 10]), [0]);
});

test('the injection was so long before the first of all slices', () => {
  const stack = stackOf([
    [0, 1_000],
    [1_000, 1_000],
  ]);
  const delayed = (delays: readonly (number | undefined)[]): DescribedStack => ({
    ...stack,
    slices: stack.slices.map((source, at) => {
      const injectionDelay = delays[at];
      const scan = injectionDelay === undefined ? {} : { injectionDelay };
      return { ...source, slice: { ...source.slice, facts: { ...source.slice.facts, scan } } };
    }),
  });
  assert.equal(petKeys(delayed([3610, 3609]), {}).InjectionStart, -3609);
  assert.equal(petKeys(delayed([3610, undefined]), {}).InjectionStart, undefined);
});
