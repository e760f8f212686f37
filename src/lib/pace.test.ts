import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../test/support/manual-clock.ts';
import { Pace } from './pace.ts';

const from = { network: 'a', isExempt: false };

function bench() {
  const clock = manualClock();
  const limits = { strangersBurst: 1, strangersPerSecond: 10, networksTrackedMax: 9 };
  const pace = new Pace(clock, limits);
  const events: string[] = [];
  const wait = (name: string): (() => void) => pace.wait(from, () => void events.push(name));
  return { clock, pace, events, wait };
}

test('who waits has the next token, and nobody before him', () => {
  const { clock, pace, events, wait } = bench();
  assert.ok(pace.take(from));
  wait('first');
  wait('second');
  clock.advance(100);
  assert.deepEqual(events, ['first']);
  assert.ok(!pace.take(from), 'the next one is the second’s');
  clock.advance(100);
  assert.deepEqual(events, ['first', 'second']);
  clock.advance(100);
  assert.ok(pace.take(from));
});

test('who waits no longer leaves no timer and no token behind', () => {
  const { clock, pace, events, wait } = bench();
  pace.take(from);
  const stop = wait('first');
  assert.equal(clock.pending(), 1);
  stop();
  stop();
  assert.equal(clock.pending(), 0);
  clock.advance(100);
  assert.deepEqual(events, []);
  assert.ok(pace.take(from));
});

test('what is given back goes to who waits', () => {
  const { clock, pace, events, wait } = bench();
  pace.take(from);
  wait('first');
  pace.giveBack(from, 1);
  assert.deepEqual(events, ['first']);
  assert.equal(clock.pending(), 0);
});

test('who waits again when it is his turn waits behind the others', () => {
  const { clock, pace, events, wait } = bench();
  pace.take(from);
  pace.wait(from, () => void wait('again'));
  wait('other');
  clock.advance(300);
  assert.deepEqual(events, ['other', 'again']);
});
