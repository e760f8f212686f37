import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { Growth } from './growth.ts';

test('a follower that waits often leaves nothing behind on its signal', async () => {
  const growth = new Growth();
  const { signal } = new AbortController();
  for (let round = 0; round < 20; round += 1) {
    const wait = growth.beyond(growth.state.watermark, signal);
    growth.advance(1);
    await wait;
  }
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

test('who waits for less than there is does not wait', async () => {
  const growth = new Growth();
  growth.advance(10);
  assert.deepEqual(await growth.beyond(9, undefined), { watermark: 10, state: 'growing' });
  growth.complete();
  assert.deepEqual(await growth.beyond(10, undefined), { watermark: 10, state: 'complete' });
  growth.abort();
  assert.equal(growth.state.state, 'complete');
});
