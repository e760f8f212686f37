import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../test/support/manual-clock.ts';
import { sleep, systemClock } from './clock.ts';

test('sleep ends when its time has passed, not before', async () => {
  const clock = manualClock();
  let awake = false;
  const sleeping = sleep(clock, 100).finally(() => {
    awake = true;
  });
  clock.advance(99);
  await Promise.resolve();
  assert.equal(awake, false);
  clock.advance(1);
  await sleeping;
  assert.equal(awake, true);
});

test('an aborted sleep rejects with the reason and leaves no timer', async () => {
  const clock = manualClock();
  const reason = new Error('enough');
  const controller = new AbortController();
  const sleeping = sleep(clock, 100, { signal: controller.signal });
  controller.abort(reason);
  await assert.rejects(sleeping, reason);
  assert.equal(clock.pending(), 0);
});

test('a sleep that begins aborted never starts a timer', async () => {
  const clock = manualClock();
  const reason = new Error('before');
  await assert.rejects(sleep(clock, 100, { signal: AbortSignal.abort(reason) }), reason);
  assert.equal(clock.pending(), 0);
});

test('a sleep that ended ignores a later abort', async () => {
  const clock = manualClock();
  const controller = new AbortController();
  const sleeping = sleep(clock, 1, { signal: controller.signal });
  clock.advance(1);
  controller.abort(new Error('too late'));
  await sleeping;
});

test('the system clock tells UTC, goes forward, and cancels', () => {
  assert.ok(Math.abs(systemClock.nowMs() - Date.now()) < 1000);
  const before = systemClock.monotonicMs();
  assert.ok(systemClock.monotonicMs() >= before);
  systemClock.schedule(0, () => assert.fail('was cancelled')).cancel();
});
