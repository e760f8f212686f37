import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../test/support/seeded-random.ts';
import { tempFolder } from '../../test/support/temp.ts';
import { FrameStore } from './frame-store.ts';
import { createSpill } from './spill/spill-file.ts';

const frameOf = (value: number): Uint8Array => new Uint8Array(100).fill(value);

test('a frame waits until each of its slices had its turn, in memory and on disk', async (t) => {
  const store = new FrameStore({
    memoryBytes: 250,
    stepBytes: 1000,
    reserve: async () => ({ release: () => undefined }),
    spill: createSpill({ folder: await tempFolder(t), random: seededRandom(1) }),
  });
  const fates: string[] = [];
  for (const frame of [1, 2, 3, 4, 5]) fates.push(await store.put(frame, frameOf(frame)));
  assert.deepEqual(fates, ['owned', 'owned', 'copied', 'copied', 'copied']);
  store.keepOnly((frame) => (frame % 2 === 1 ? 3 : 0));
  assert.equal(store.size, 3);
  assert.equal(store.heldBytes, 100);
  assert.equal(await store.put(6, frameOf(6), 2), 'owned');
  for (const frame of [1, 3, 5, 6]) {
    for (let left = frame === 6 ? 2 : 3; left > 0; left -= 1) {
      assert.deepEqual(new Uint8Array((await store.take(frame)) ?? []), frameOf(frame));
    }
    assert.equal(await store.take(frame), undefined);
  }
  assert.equal(store.size, 0);
  assert.equal(store.heldBytes, 0);
  await store.close();
});
