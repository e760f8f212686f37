import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Admission } from './admission.ts';
import { listenerLimits } from './limits.ts';

/** An admission whose guests say in `events` what becomes of them; `enter` gives how they leave. */
function bench(limits: Partial<typeof listenerLimits> = {}) {
  const admission = new Admission({ ...listenerLimits, ...limits });
  const events: string[] = [];
  const enter = (network: string, name: string, isProxy = false): (() => void) =>
    admission.enter(
      { network, isProxy },
      { begin: () => void events.push(name), cut: () => void events.push(`-${name}`) },
    );
  return { events, enter };
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
