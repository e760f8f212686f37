import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { BitFrameIntake } from './bit-frame-intake.ts';
import { NativeFrameIntake } from './native-frame-intake.ts';

/** Frames of so many pixels, from packed bits in chunks that end at `cuts`; undefined of other pixel data. */
async function framesOf(
  packed: Uint8Array,
  size: { readonly pixels: number; readonly frames: number },
  cuts: readonly number[],
): Promise<readonly number[][] | undefined> {
  const frames: number[][] = [];
  const intake = new BitFrameIntake(
    size.pixels * size.frames,
    new NativeFrameIntake({
      frames: size.frames,
      buffer: new Uint8Array(size.pixels),
      takeFrame: async (index, pixels) => {
        frames[index] = [...pixels];
        return undefined;
      },
    }),
  );
  let from = 0;
  for (const cut of [...cuts, packed.length].toSorted((a, b) => a - b)) {
    await intake.addPixels(packed.subarray(from, cut));
    from = Math.max(from, cut);
  }
  return (await intake.end()) ? frames : undefined;
}

/** The lowest bit first. @standard PS3.5 §8.1.1 */
function packed(pixels: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(pixels.length / 8));
  for (const [at, pixel] of pixels.entries())
    bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (pixel << (at & 7));
  return bytes;
}

const objects = fc
  .record({ pixels: fc.integer({ min: 1, max: 40 }), frames: fc.integer({ min: 1, max: 5 }) })
  .chain((size) => {
    const count = size.pixels * size.frames;
    const bits = fc.array(fc.nat(1), { minLength: count, maxLength: count });
    return fc.tuple(fc.constant(size), bits, fc.array(fc.nat(25), { maxLength: 3 }));
  });

test('frames begin at any bit, wherever bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(objects, async ([size, bits, cuts]) => {
      const frames = await framesOf(packed(bits), size, cuts);
      assert.deepEqual(frames?.flat(), bits);
      assert.ok(frames?.every(({ length }) => length === size.pixels));
    }),
  );
});

test('bytes that lack, or that are too many, are no image', async () => {
  const size = { pixels: 9, frames: 2 };
  assert.notEqual(await framesOf(new Uint8Array(3), size, []), undefined);
  assert.equal(await framesOf(new Uint8Array(2), size, []), undefined);
  assert.equal(await framesOf(new Uint8Array(4), size, [3]), undefined);
});
