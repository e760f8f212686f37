import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasMoreMarks } from './json-marks.ts';
import { keyserverLimits } from './limits.ts';

const of = (value: unknown, max: number): boolean =>
  hasMoreMarks(Buffer.from(JSON.stringify(value)), max);

test('what adds values is counted: strings, numbers, lists, objects', () => {
  assert.equal(of({ a: 'b' }, 5), false);
  assert.equal(of({ a: 'b' }, 4), true);
  assert.equal(of(Array(10).fill(1), 10), false);
  for (const item of ['x', 1, [], {}, true])
    assert.equal(of(Array(100_000).fill(item), keyserverLimits.jsonMarksMax), true);
});

test('a whole request for keys and one long text are below the limit', () => {
  const keyIds = Array(500).fill('k'.repeat(64));
  assert.equal(of({ keyIds }, keyserverLimits.jsonMarksMax), false);
  assert.equal(of({ deposit: 'x'.repeat(4_000_000) }, keyserverLimits.jsonMarksMax), false);
});
