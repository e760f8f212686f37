import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from './random.ts';

test('as many fresh bytes as asked for', () => {
  const first = systemRandom.bytes(32);
  assert.equal(first.length, 32);
  assert.notDeepEqual(first, systemRandom.bytes(32));
  assert.equal(systemRandom.bytes(0).length, 0);
});
