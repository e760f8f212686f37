import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atOnce, inTurns, type Steps } from './steps.ts';

function* sum(numbers: readonly number[], onStep: () => void = () => undefined): Steps<number> {
  let total = 0;
  for (const number of numbers) {
    total += number;
    onStep();
    yield;
  }
  return total;
}

test('gives the result of the steps, at once or in turns', async () => {
  assert.equal(atOnce(sum([1, 2, 3])), 6);
  assert.equal(await inTurns(sum([1, 2, 3])), 6);
});

test('others have their turn between steps that take long', async () => {
  const seen: string[] = [];
  const work = inTurns(sum([1, 2, 3], () => void seen.push(busy(10))));
  setImmediate(() => seen.push('other'));
  await work;
  assert.ok(seen.indexOf('other') < seen.length - 1, seen.join(' '));
});

test('a failure of a step is that of the whole', async () => {
  const fails = (): Steps<number> =>
    sum([1], () => {
      throw new RangeError('step');
    });
  await assert.rejects(inTurns(fails()), RangeError);
  assert.throws(() => atOnce(fails()), RangeError);
});

function busy(ms: number): string {
  const start = performance.now();
  while (performance.now() - start < ms);
  return 'step';
}
