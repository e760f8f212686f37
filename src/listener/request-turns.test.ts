import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../test/support/manual-clock.ts';
import { RequestTurns } from './request-turns.ts';

const settled = (): Promise<void> => new Promise(setImmediate);

/** Turns of which `began` tells, and how each ends. */
function bench() {
  const clock = manualClock();
  const turns = new RequestTurns(clock, { requestTurnsPerCallerMax: 2, requestTurnMs: 50 });
  const began: string[] = [];
  const ends = new Map<string, () => void>();
  const take = async (caller: string, name: string): Promise<void> => {
    ends.set(name, await turns.take(caller));
    began.push(name);
  };
  return { clock, began, ends, take };
}

test('a caller waits for his own requests only', async () => {
  const { began, ends, take } = bench();
  for (const name of ['a1', 'a2', 'a3', 'a4']) void take('alice', name);
  void take('bob', 'b1');
  await settled();
  assert.deepEqual(began, ['a1', 'a2', 'b1']);
  ends.get('a1')?.();
  ends.get('a1')?.();
  await settled();
  assert.deepEqual(began, ['a1', 'a2', 'b1', 'a3'], 'a turn ends once');
});

test('a request that waits for something keeps no other back', async () => {
  const { clock, began, take } = bench();
  for (const name of ['a1', 'a2', 'a3', 'a4', 'a5']) void take('alice', name);
  await settled();
  clock.advance(50);
  await settled();
  assert.deepEqual(began, ['a1', 'a2', 'a3', 'a4']);
  clock.advance(50);
  await settled();
  assert.equal(began.length, 5);
});
