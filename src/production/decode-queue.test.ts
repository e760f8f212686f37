import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { DecodeQueue } from './decode-queue.ts';

const decodingBytesMax = 100;

test('frames are taken in the order in which they came, however they are decoded; failures too', async () => {
  const frames = fc.array(fc.record({ delay: fc.nat(3), fails: fc.boolean(), bytes: fc.nat(120) }));
  await fc.assert(
    fc.asyncProperty(frames, fc.integer({ min: 1, max: 4 }), async (given, count) => {
      const queue = new DecodeQueue({ decodingFramesMax: count, decodingBytesMax });
      const taken: number[] = [];
      let inWork = 0;
      for (const [index, { delay, fails, bytes }] of given.entries()) {
        inWork += 1;
        assert.ok(inWork <= count + 1);
        const take = async (): Promise<void> => {
          inWork -= 1;
          taken.push(fails ? -index : index);
        };
        const pixels = (async () => {
          for (let turn = 0; turn < delay; turn += 1) await Promise.resolve();
          if (fails) throw new Error('broken');
          return new Uint8Array(0);
        })();
        await queue.add({ bytes, pixels, take, fail: take });
      }
      await queue.drain();
      assert.deepEqual(
        taken,
        given.map(({ fails }, index) => (fails ? -index : index)),
      );
    }),
  );
});

test('what is cleared is not taken, and its failure is nobody’s', async () => {
  const queue = new DecodeQueue({ decodingFramesMax: 2, decodingBytesMax });
  const never = async (): Promise<void> => assert.fail('taken');
  await queue.add({
    bytes: 1,
    pixels: Promise.reject(new Error('late')),
    take: never,
    fail: never,
  });
  queue.clear();
  await queue.drain();
});
