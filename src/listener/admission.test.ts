import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../test/support/manual-clock.ts';
import { Pace } from '../lib/pace.ts';
import { Admission } from './admission.ts';
import { listenerLimits } from './limits.ts';

/** An admission whose guests say in `events` what becomes of them; `enter` gives how they leave. */
function bench(changed: Partial<typeof listenerLimits> = {}) {
  const limits = { ...listenerLimits, ...changed };
  const clock = manualClock();
  const pace = new Pace(clock, limits);
  const admission = new Admission(limits, pace);
  const events: string[] = [];
  const enter = (network: string, name: string, isProxy = false): (() => void) =>
    admission.enter(
      { network, isExempt: isProxy },
      { begin: () => void events.push(name), cut: () => void events.push(`-${name}`) },
    );
  return { events, enter, clock, pace };
}

test('a network has a few turns; the next guest begins when one has left', () => {
  const { events, enter } = bench({ turnsPerAddressMax: 2 });
  const leave = ['a1', 'a2', 'a3', 'a4'].map((name) => enter('a', name));
  assert.deepEqual(events, ['a1', 'a2']);
  leave[0]?.();
  leave[0]?.();
  assert.deepEqual(events, ['a1', 'a2', 'a3'], 'leaving twice gives one turn back');
  leave[3]?.();
  leave[1]?.();
  assert.deepEqual(events, ['a1', 'a2', 'a3'], 'who left while waiting gets no turn');
});

test('who waits is not cut up to the bound of its network, then the newest is', () => {
  const { events, enter } = bench({ turnsPerAddressMax: 1, waitingPerAddressMax: 2 });
  const leave = ['a1', 'a2', 'a3', 'a4'].map((name) => enter('a', name));
  assert.deepEqual(events, ['a1', '-a4']);
  for (const each of leave) each();
  assert.deepEqual(events, ['a1', '-a4', 'a2', 'a3']);
});

test('networks take turns, however many guests one sends first', () => {
  const { events, enter } = bench({ turnsPerAddressMax: 4, turnsMax: 1 });
  const leave = new Map(['a1', 'a2', 'a3', 'a4'].map((name) => [name, enter('a', name)]));
  leave.set('b1', enter('b', 'b1'));
  leave.set('b2', enter('b', 'b2'));
  for (const name of ['a1', 'a2', 'b1', 'a3', 'b2']) leave.get(name)?.();
  assert.deepEqual(events, ['a1', 'a2', 'b1', 'a3', 'b2', 'a4']);
});

test('when waiting is full, the network with the most there loses its newest, not the newcomer', () => {
  const { events, enter } = bench({ turnsMax: 0, waitingMax: 3 });
  for (const name of ['a1', 'a2', 'a3']) enter('a', name);
  enter('b', 'b1');
  enter('b', 'b2');
  assert.deepEqual(events, ['-a3', '-a2']);
});

test('a front proxy has all turns that there are, and no more', () => {
  const { events, enter } = bench({ turnsPerAddressMax: 1, turnsMax: 3 });
  for (const name of ['p1', 'p2', 'p3', 'p4']) enter('p', name, true);
  assert.deepEqual(events, ['p1', 'p2', 'p3']);
});

test('a network begins as many as its pace allows, in order; others have a pace of their own', () => {
  const { events, enter, clock } = bench({ strangersBurst: 2, strangersPerSecond: 10 });
  for (const name of ['a1', 'a2', 'a3', 'a4']) enter('a', name)();
  assert.deepEqual(events, ['a1', 'a2'], 'who left while he waited needs no pace');
  for (const name of ['a5', 'a6', 'a7']) enter('a', name);
  enter('b', 'b1');
  assert.deepEqual(events, ['a1', 'a2', 'b1']);
  clock.advance(100);
  assert.deepEqual(events, ['a1', 'a2', 'b1', 'a5']);
  clock.advance(200);
  assert.deepEqual(events, ['a1', 'a2', 'b1', 'a5', 'a6', 'a7']);
  assert.equal(clock.pending(), 0);
});

test('a front proxy has no pace', () => {
  const { events, enter } = bench({ strangersBurst: 1 });
  for (const name of ['p1', 'p2', 'p3']) enter('p', name, true)();
  assert.deepEqual(events, ['p1', 'p2', 'p3']);
});

test('who proves who he is costs his network nothing', () => {
  const { events, enter, pace } = bench({ strangersBurst: 1 });
  for (const name of ['a1', 'a2', 'a3']) {
    const leave = enter('a', name);
    pace.giveBack({ network: 'a', isExempt: false }, 1);
    leave();
  }
  assert.deepEqual(events, ['a1', 'a2', 'a3']);
});

test('a guest that leaves when he is due gives the pace to the next', () => {
  const { events, enter, clock } = bench({ strangersBurst: 1, turnsMax: 1 });
  const leave = enter('b', 'b1');
  enter('a', 'a1')();
  leave();
  enter('a', 'a2');
  assert.deepEqual(events, ['b1', 'a2']);
  assert.equal(clock.pending(), 0);
});
