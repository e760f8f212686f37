import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { eachInParallel, readAhead } from './in-parallel.ts';

/** Numbers from 1 on; notes how far it was asked and whether it was ended. */
function counting(last: number): AsyncIterable<number> & { asked: number; ended: boolean } {
  const state = { asked: 0, ended: false };
  return Object.assign(state, {
    async *[Symbol.asyncIterator]() {
      try {
        while (state.asked < last) {
          state.asked += 1;
          yield state.asked;
        }
      } finally {
        state.ended = true;
      }
    },
  });
}

test('as many as allowed are worked on at once, and each once', async () => {
  const done: number[] = [];
  let running = 0;
  let most = 0;
  await eachInParallel(counting(100), {
    count: 4,
    async work(value) {
      running += 1;
      most = Math.max(most, running);
      for (let turn = 0; turn < value % 5; turn += 1) await setImmediate();
      running -= 1;
      done.push(value);
    },
  });
  assert.equal(most, 4);
  assert.deepEqual(
    done.toSorted((a, b) => a - b),
    Array.from({ length: 100 }, (_, index) => index + 1),
  );
});

test('what is heavy is worked on with less beside it, and by itself if need be', async () => {
  let weight = 0;
  let most = 0;
  await eachInParallel(counting(40), {
    count: 8,
    weightMax: 30,
    weigh: (value) => value,
    async work(value) {
      weight += value;
      most = Math.max(most, weight);
      await setImmediate();
      weight -= value;
    },
  });
  assert.ok(most >= 40 && most < 30 + 40, String(most));
});

test('a failure is thrown after what is under way has ended, and no more is asked for', async () => {
  const source = counting(100);
  let running = 0;
  const failing = eachInParallel(source, {
    count: 3,
    async work(value) {
      running += 1;
      if (value === 2) throw new Error('two');
      for (let turn = 0; turn < 10; turn += 1) await setImmediate();
      running -= 1;
    },
  });
  await assert.rejects(failing, /two/);
  assert.equal(running, 1, 'only the one that failed did not end');
  assert.ok(source.asked <= 5, String(source.asked));
  assert.ok(source.ended);
});

test('a failure of the source is thrown', async () => {
  const source = async function* (): AsyncGenerator<number> {
    yield 1;
    throw new Error('source');
  };
  const work = (): Promise<void> => Promise.resolve();
  await assert.rejects(eachInParallel(source(), { count: 2, work }), /source/);
  await assert.rejects(eachInParallel(readAhead(source(), 5), { count: 2, work }), /source/);
});

test('reading ahead asks for so many and no more, and stops with its reader', async () => {
  const source = counting(100);
  const values = readAhead(source, 10);
  assert.equal((await values.next()).value, 1);
  for (let turn = 0; turn < 50; turn += 1) await setImmediate();
  assert.ok(source.asked >= 10 && source.asked <= 12, String(source.asked));
  await values.return();
  assert.ok(source.ended);
});
