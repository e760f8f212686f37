import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../test/support/manual-clock.ts';
import { TokenBuckets } from './token-buckets.ts';

test('a key has its burst, then its rate; keys do not share', () => {
  const clock = manualClock();
  const buckets = new TokenBuckets(clock, { burst: 10, perSecond: 2, keysMax: 9 });
  assert.ok(buckets.take('a', 10));
  assert.ok(!buckets.take('a'));
  assert.ok(buckets.take('b', 10));
  clock.advance(500);
  assert.ok(buckets.take('a'));
  assert.ok(!buckets.take('a'));
  clock.advance(1_000_000);
  assert.ok(!buckets.take('a', 11));
  assert.ok(buckets.take('a', 10));
});

test('what is given back may be taken again, and no more than the burst', () => {
  const buckets = new TokenBuckets(manualClock(), { burst: 2, perSecond: 1, keysMax: 9 });
  assert.ok(buckets.take('a', 2));
  buckets.giveBack('a');
  assert.ok(buckets.take('a'));
  buckets.giveBack('a', 3);
  assert.ok(!buckets.take('a', 3));
});

test('it is known when the next is due', () => {
  const clock = manualClock();
  const buckets = new TokenBuckets(clock, { burst: 1, perSecond: 16, keysMax: 9 });
  assert.equal(buckets.dueMs('a'), 0);
  buckets.take('a');
  assert.equal(buckets.dueMs('a'), 63);
  clock.advance(62);
  assert.ok(!buckets.take('a'));
  clock.advance(buckets.dueMs('a'));
  assert.ok(buckets.take('a'));
});

test('of too many keys the one used longest ago is forgotten', () => {
  const buckets = new TokenBuckets(manualClock(), { burst: 1, perSecond: 1, keysMax: 2 });
  for (const key of ['a', 'b', 'c']) assert.ok(buckets.take(key));
  assert.ok(!buckets.take('c'));
  assert.ok(!buckets.take('b'));
  assert.ok(buckets.take('a'));
});
