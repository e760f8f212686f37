import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { NativeFrameIntake } from './native-frame-intake.ts';

/** The frames that pixel data in pieces are cut into, and whether they were whole. */
async function cut(
  bytes: Uint8Array,
  { frames, frameBytes, piece }: { frames: number; frameBytes: number; piece: number },
): Promise<{ readonly taken: readonly number[][]; readonly isWhole: boolean }> {
  const taken: number[][] = [];
  const intake = new NativeFrameIntake({
    frames,
    buffer: new Uint8Array(frameBytes),
    async takeFrame(index, pixels) {
      assert.equal(index, taken.length);
      taken.push([...pixels]);
      return index % 2 === 0 ? pixels : undefined;
    },
  });
  for (let at = 0; at < bytes.length; at += piece)
    await intake.addPixels(bytes.subarray(at, at + piece));
  const before = taken.length;
  assert.ok(before < frames, 'the last frame waits for the end of the instance');
  return { isWhole: await intake.end(), taken };
}

test('pixel data in any pieces are cut at the borders of frames', async () => {
  const number = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });
  await fc.assert(
    fc.asyncProperty(number(5), number(9), number(50), async (frames, frameBytes, piece) => {
      const bytes = Uint8Array.from({ length: frames * frameBytes }, (_, index) => index);
      const { isWhole, taken } = await cut(bytes, { frames, frameBytes, piece });
      assert.equal(isWhole, true);
      assert.deepEqual(taken.flat(), [...bytes]);
      assert.equal(taken.length, frames);
    }),
  );
});

test('too little and too much are no frames', async () => {
  for (const length of [0, 5, 11, 13, 18]) {
    const { isWhole } = await cut(new Uint8Array(length), { frames: 2, frameBytes: 6, piece: 4 });
    assert.equal(isWhole, false, `${length} bytes`);
  }
});
