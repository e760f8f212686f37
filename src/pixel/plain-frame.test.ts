import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { FrameShape } from './frame-shape.ts';
import { plainFrame } from './plain-frame.ts';

const shapeOf = (options: Partial<FrameShape>): FrameShape => ({
  rows: 1,
  columns: 2,
  samples: 3,
  bitsAllocated: 8,
  bitsStored: 8,
  highBit: 7,
  signed: false,
  colour: 'rgb',
  planar: false,
  palette: undefined,
  ...options,
});

test('pixels whose samples lie together stay as they are, colour by colour ones are turned', () => {
  const pixels = Uint8Array.of(1, 2, 3, 4, 5, 6);
  assert.deepEqual(plainFrame(pixels, shapeOf({})), Uint8Array.of(1, 2, 3, 4, 5, 6));
  assert.deepEqual(plainFrame(pixels, shapeOf({ planar: true })), Uint8Array.of(1, 3, 5, 2, 4, 6));
  const grey = shapeOf({ samples: 1, colour: 'grey', planar: true });
  assert.deepEqual(plainFrame(Uint8Array.of(7, 8), grey), Uint8Array.of(7, 8));
});

test('luminance and chrominance become the colours they were made of, within 1', () => {
  const sample = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(sample, sample, sample, (red, green, blue) => {
      // The equations of PS3.3 §C.7.6.3.1.2, from the other side.
      const ybr = [
        0.299 * red + 0.587 * green + 0.114 * blue,
        -0.168_736 * red - 0.331_264 * green + 0.5 * blue + 128,
        0.5 * red - 0.418_688 * green - 0.081_312 * blue + 128,
      ].map((value) => Math.min(255, Math.round(value)));
      const plain = plainFrame(Uint8Array.from(ybr), shapeOf({ columns: 1, colour: 'ybr-full' }));
      for (const [at, value] of [red, green, blue].entries())
        assert.ok(
          Math.abs((plain[at] ?? 0) - value) <= 2,
          `${plain.join()} ${red},${green},${blue}`,
        );
    }),
  );
});

test('two pixels share their chrominance in 4:2:2', () => {
  const shared = Uint8Array.of(10, 200, 90, 170);
  const each = Uint8Array.of(10, 90, 170, 200, 90, 170);
  assert.deepEqual(
    plainFrame(shared, shapeOf({ colour: 'ybr-full-422' })),
    plainFrame(each, shapeOf({ colour: 'ybr-full' })),
  );
});

test('indices become the colours of a palette; those outside the first or the last', () => {
  const colours = Uint8Array.of(1, 2, 3, 4, 5, 6);
  const palette = { first: 10, colours };
  const shape = shapeOf({ samples: 1, columns: 4, colour: 'palette', palette });
  assert.deepEqual(
    plainFrame(Uint8Array.of(0, 10, 11, 255), shape),
    Uint8Array.of(1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6),
  );
  const wide = Uint8Array.of(0xff, 9, 0, 10, 0, 11, 0, 11, 1).subarray(1);
  assert.deepEqual(
    plainFrame(wide, { ...shape, bitsAllocated: 16 }),
    Uint8Array.of(1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6),
  );
});

test('bits become bytes, the lowest first', () => {
  const shape = shapeOf({ samples: 1, columns: 10, bitsAllocated: 1, colour: 'grey' });
  assert.deepEqual(
    [...plainFrame(Uint8Array.of(0b0000_0101, 0b10), shape)],
    [1, 0, 1, 0, 0, 0, 0, 0, 0, 1],
  );
});
