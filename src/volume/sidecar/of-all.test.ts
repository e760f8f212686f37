import assert from 'node:assert/strict';
import { test } from 'node:test';
import { absent, type Fact, fact } from '../../facts/index.ts';
import type { DescribedStack } from '../described-stack.ts';
import { sampleStack } from '../suite.ts';
import { sidecarOf } from './sidecar.ts';

/** A stack whose slices state these inversion times; ms. */
function stackOf(times: readonly Fact<number>[]): DescribedStack {
  const stack = sampleStack({ count: times.length });
  return {
    ...stack,
    slices: stack.slices.map((source, at) => {
      const inversionTime = times[at] ?? absent;
      const facts = { ...source.slice.facts, inversionTime, scan: { modality: 'MR' } as const };
      return { ...source, slice: { ...source.slice, facts } };
    }),
  };
}

test('a number that slices state differently explains no volume', () => {
  const of = (...times: readonly Fact<number>[]): unknown =>
    sidecarOf(stackOf(times)).InversionTime;
  assert.equal(of(fact(900), fact(900)), 0.9);
  assert.equal(of(fact(900), fact(901)), 0.9);
  assert.equal(of(fact(900), fact(950)), undefined);
  assert.equal(of(fact(900), absent), undefined);
  assert.equal(of(absent, fact(900)), undefined);
});
