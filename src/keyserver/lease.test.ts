import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lease } from './lease.ts';

/** UTC and monotonic time, moved apart from each other. */
function clockAt(start: { nowMs: number; monotonicMs: number }) {
  const at = { ...start };
  const clock = {
    nowMs: () => at.nowMs,
    monotonicMs: () => at.monotonicMs,
    schedule: () => ({ cancel: () => {} }),
  };
  return { at, clock };
}

test('there is no lease at the start, and it ends a lease after the heartbeat was signed', () => {
  const { at, clock } = clockAt({ nowMs: 1_000_000, monotonicMs: 50 });
  const lease = new Lease(clock, 60_000);
  assert.throws(() => lease.check(), { code: 'KEYSERVER_LEASE_EXPIRED' });
  lease.renew(1_000_000 - 10_000);
  assert.equal(lease.remainingMs(), 50_000);
  at.monotonicMs += 49_999;
  lease.check();
  at.monotonicMs += 1;
  assert.throws(() => lease.check(), { code: 'KEYSERVER_LEASE_EXPIRED' });
});

test('an old heartbeat sent again renews nothing, and one from the future little', () => {
  const { at, clock } = clockAt({ nowMs: 1_000_000, monotonicMs: 0 });
  const lease = new Lease(clock, 60_000);
  const stale = { code: 'KEYSERVER_HEARTBEAT_STALE' };
  assert.throws(() => lease.renew(1_000_000 - 60_000), stale);
  assert.throws(() => lease.renew(1_000_000 + 5_001), stale);
  assert.throws(() => lease.renew(Number.NaN), stale);
  lease.renew(1_000_000);
  at.nowMs += 30_000;
  at.monotonicMs += 30_000;
  lease.renew(1_000_000);
  assert.equal(lease.remainingMs(), 30_000);
  lease.renew(1_000_000 + 35_000);
  assert.equal(lease.remainingMs(), 60_000);
});

test('a clock that jumps does not lengthen a lease', () => {
  const { at, clock } = clockAt({ nowMs: 1_000_000, monotonicMs: 0 });
  const lease = new Lease(clock, 60_000);
  lease.renew(1_000_000);
  at.nowMs -= 3_600_000;
  at.monotonicMs += 60_000;
  assert.equal(lease.remainingMs(), 0);
});
