import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../../test/support/manual-clock.ts';
import { silentLog } from '../../lib/log.ts';
import { keysErrors } from '../errors.ts';
import { keysLimits } from '../limits.ts';
import { catchUp, type StillSilent } from './catch-up.ts';

/** Servers that answer once they are told to; each with what it was waited for. */
function open(threshold: number, ...names: readonly string[]) {
  const clock = manualClock();
  const up = new Set<string>();
  const silent: StillSilent[] = [];
  const followers = names.map((server) => ({
    server,
    learn: (): Promise<number> =>
      up.has(server)
        ? Promise.resolve(0)
        : Promise.reject(keysErrors.create('KEYS_SERVER_UNREACHABLE')),
  }));
  const ending = new AbortController();
  const onSilent = (servers: StillSilent): void => void silent.push(new Map(servers));
  const ports = { followers, threshold, clock, log: silentLog, onSilent };
  let state = 'waiting';
  const done = catchUp(ports, ending.signal).then(
    () => (state = 'done'),
    () => (state = 'left'),
  );
  return {
    up,
    ending,
    done,
    last: () => silent.at(-1),
    /** After `ms` and all that follows at once. */
    after: async (ms: number): Promise<string> => {
      for (let passed = 0; passed <= ms; passed += keysLimits.catchUpPauseMs) {
        for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
        if (passed < ms) clock.advance(Math.min(keysLimits.catchUpPauseMs, ms - passed));
      }
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      return state;
    },
  };
}

const { catchUpGraceMs } = keysLimits;

test('when all have answered it is done, without a grace', async () => {
  const { up, after } = open(2, 'a', 'b', 'c');
  for (const name of ['a', 'b', 'c']) up.add(name);
  assert.equal(await after(keysLimits.catchUpPauseMs), 'done');
});

test('when enough have answered it is done after the grace, not before', async () => {
  const { up, after, last } = open(2, 'a', 'b', 'c');
  up.add('a');
  up.add('c');
  assert.equal(await after(catchUpGraceMs - 500), 'waiting');
  assert.deepEqual([...(last() ?? [])], [['b', 'KEYS_SERVER_UNREACHABLE']]);
  assert.equal(await after(500), 'done');
});

test('with fewer it waits however long, and ends when one more comes', async () => {
  const { up, after, last } = open(3, 'a', 'b', 'c', 'd');
  up.add('a');
  up.add('b');
  assert.equal(await after(10 * catchUpGraceMs), 'waiting');
  assert.deepEqual([...(last()?.keys() ?? [])], ['c', 'd']);
  up.add('d');
  assert.equal(await after(500), 'done');
});

test('who leaves waits no more', async () => {
  const { after, ending, done } = open(2, 'a', 'b');
  assert.equal(await after(0), 'waiting');
  ending.abort();
  assert.equal(await done, 'left');
});
