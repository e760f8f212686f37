import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rounds } from './rounds.ts';

function bench() {
  const events: string[] = [];
  const scheduled: (() => void)[] = [];
  const rounds = new Rounds({ beginsPerRoundMax: 2 }, (callback) => void scheduled.push(callback));
  const enter = (owner: string, ...names: readonly string[]): void => {
    for (const name of names) rounds.enter(owner, () => void events.push(name));
  };
  /** What begins in the next round. */
  const round = (): readonly string[] => {
    events.length = 0;
    for (const callback of scheduled.splice(0)) callback();
    return events;
  };
  return { events, enter, round, rounds };
}

test('a few begin in each round, owners in turn', () => {
  const { events, enter, round } = bench();
  enter('a', 'a1', 'a2', 'a3', 'a4', 'a5');
  enter('b', 'b1', 'b2');
  assert.deepEqual(events, ['a1', 'a2']);
  assert.deepEqual(round(), ['a3', 'b1']);
  assert.deepEqual(round(), ['a4', 'b2']);
  assert.deepEqual(round(), ['a5']);
  assert.deepEqual(round(), []);
});

test('who comes when nobody waits begins at once, in each round', () => {
  const { events, enter, round } = bench();
  enter('a', 'a1');
  assert.deepEqual(events, ['a1']);
  round();
  enter('a', 'a2', 'a3', 'a4');
  assert.deepEqual(events, ['a2', 'a3']);
  assert.deepEqual(round(), ['a4']);
});

test('what begins may let the next of its owner wait', () => {
  const { events, rounds, enter, round } = bench();
  rounds.enter('a', () => enter('a', 'inner1', 'inner2'));
  enter('b', 'b1');
  assert.deepEqual(events, ['inner1']);
  assert.deepEqual(round(), ['inner2', 'b1']);
});
