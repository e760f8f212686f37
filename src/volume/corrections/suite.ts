import assert from 'node:assert/strict';
import { test } from 'node:test';
import { present } from '../../lib/assert.ts';
import { planSeries } from '../plan-series.ts';
import { readSlice, type Slice } from '../slice.ts';
import type { StackCorrection } from '../stack-correction.ts';
import { sampleSlices } from '../suite.ts';
import type { CorrectedStack, PlanSlice, StackOutcome } from '../volume-format.ts';
import { corrections } from './index.ts';

/** Slices as corrections get them. */
export function readAll(slices: readonly PlanSlice[]): readonly Slice[] {
  return slices.map((slice) => {
    const outcome = readSlice(slice);
    assert.ok(outcome.ok, 'a sample slice can be read');
    return outcome.value;
  });
}

/** What every correction keeps. `slices` are of one stack, which it makes a volume of. */
export function testStackCorrection(
  correction: StackCorrection,
  slices: readonly PlanSlice[],
): void {
  const { name } = correction;
  const made = (given: readonly PlanSlice[]): StackOutcome & { readonly by: CorrectedStack } => {
    const [only, another] = planSeries(given);
    assert.ok(only !== undefined && another === undefined, 'one stack');
    const by = only.corrected.find((each) => each.correction === name);
    return { ...only, by: present(by, 'a correction that is for the refusal') };
  };

  test(`${name}: it is one of the registry, under words that a file's name takes`, () => {
    assert.equal(corrections.filter((each) => each.name === name).length, 1);
    assert.match(name, /^[a-z]{1,16}(?:-[a-z]{1,16}){0,3}$/);
  });

  test(`${name}: a stack that is refused stays so, and is a volume under its name beside`, () => {
    const { outcome, stackKey, by } = made(slices);
    assert.ok(!outcome.ok && correction.corrects.has(outcome.code));
    assert.ok(by.outcome.ok);
    assert.equal(by.outcome.value.stackKey, stackKey);
  });

  test(`${name}: what it keeps and what it leaves out are all slices, each once`, () => {
    const { by } = made(slices);
    assert.deepEqual(
      [...by.slices, ...by.leftOut].toSorted((a, b) => a - b),
      [...slices.keys()],
    );
    assert.ok(by.leftOut.length > 0);
  });

  test(`${name}: nothing depends on what came first`, () => {
    const kept = (given: readonly PlanSlice[]): ReadonlySet<PlanSlice | undefined> =>
      new Set(made(given).by.slices.map((index) => given[index]));
    const half = slices.length >> 1;
    const turned = [...slices.slice(half).toReversed(), ...slices.slice(0, half)];
    for (const given of [slices.toReversed(), turned]) {
      assert.deepEqual(kept(given), kept(slices));
      assert.deepEqual(withoutPlaces(made(given).by), withoutPlaces(made(slices).by));
    }
  });

  test(`${name}: a stack that is a volume is none to correct`, () => {
    const outcome = correction.keep(readAll(sampleSlices()));
    assert.equal(outcome.ok ? '' : outcome.code, 'VOLUME_NOTHING_TO_CORRECT');
  });
}

/** The plan but for the order of its slices. */
function withoutPlaces({ outcome }: CorrectedStack): object {
  return outcome.ok ? { ...outcome.value, placeOf: [] } : outcome;
}
