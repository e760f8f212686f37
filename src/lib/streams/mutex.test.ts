import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Mutex } from './mutex.ts';

test('tasks run one at a time, in the order they came, also after one has failed', async () => {
  const mutex = new Mutex();
  const log: string[] = [];
  const task = (name: string, fails: boolean) => async (): Promise<string> => {
    log.push(`${name} begins`);
    await new Promise(setImmediate);
    log.push(`${name} ends`);
    if (fails) throw new Error(name);
    return name;
  };
  const [a, b, c] = await Promise.allSettled([
    mutex.run(task('a', false)),
    mutex.run(task('b', true)),
    mutex.run(task('c', false)),
  ]);
  assert.deepEqual(log, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  assert.deepEqual([a.status, b.status, c.status], ['fulfilled', 'rejected', 'fulfilled']);
});
