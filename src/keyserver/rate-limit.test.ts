import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateLimit } from './rate-limit.ts';

test('a caller has its burst, then its rate; callers do not share', () => {
  let monotonicMs = 0;
  const clock = {
    nowMs: () => 0,
    monotonicMs: () => monotonicMs,
    schedule: () => ({ cancel: () => {} }),
  };
  const limit = new RateLimit(clock, { burst: 10, perSecond: 2 });
  const limited = { code: 'KEYSERVER_RATE_LIMITED' };
  limit.take('a', 10);
  assert.throws(() => limit.take('a', 1), limited);
  limit.take('b', 10);
  monotonicMs = 500;
  limit.take('a', 1);
  assert.throws(() => limit.take('a', 1), limited);
  monotonicMs = 1_000_000;
  assert.throws(() => limit.take('a', 11), limited);
  limit.take('a', 10);
});
