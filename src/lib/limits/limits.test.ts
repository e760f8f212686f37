import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineLimits, describeLimits } from './limits.ts';

const rows = { pduBytesMax: { value: 131072, unit: 'bytes', reason: 'what peers send' } } as const;

test('a limit table is its numbers, frozen, with the reasons kept for the documents', () => {
  const limits = defineLimits('sample', rows);
  assert.equal(limits.pduBytesMax, 131072);
  assert.ok(Object.isFrozen(limits));
  assert.deepEqual(describeLimits(limits), { folder: 'sample', rows });
});

test('what is not a limit table has no description, nor has a narrowed copy', () => {
  assert.equal(describeLimits({ pduBytesMax: 1 }), undefined);
  assert.equal(describeLimits({ ...defineLimits('sample', rows), pduBytesMax: 1 }), undefined);
});
