import assert from 'node:assert/strict';
import { test } from 'node:test';
import { viewOf } from '../../lib/bytes/bytes.ts';
import type { ImageShape } from './image-shape.ts';
import { cleanRle } from './rle.ts';

const shape: ImageShape = {
  frames: 1,
  pixels: 8,
  samples: 1,
  bytesPerSample: 2,
  nativeBytes: 16,
  nativeBytesEnd: 32,
};

/** Eight bytes: one run of five, three literal ones. */
const plane = [0xfc, 0x09, 0x02, 0x01, 0x02, 0x03];

function rle(offsets: readonly number[], ...segments: readonly (readonly number[])[]): Uint8Array {
  const frame = Uint8Array.from([...new Uint8Array(64), ...segments.flat()]);
  const view = viewOf(frame);
  view.setUint32(0, segments.length, true);
  for (const [index, offset] of offsets.entries()) view.setUint32(4 + 4 * index, offset, true);
  return frame;
}

const plain = rle([64, 70], plane, plane);

test('a frame without text passes byte for byte', () => {
  assert.deepEqual(cleanRle(plain, shape), plain);
});

test('bytes behind the last segment go', () => {
  const dirty = Uint8Array.from([...plain, ...Buffer.from('Mrs Smith')]);
  assert.deepEqual(cleanRle(dirty, shape), plain);
});

test('bytes between segments, in unused offsets, and missing ones are refused', () => {
  const gap = rle([64, 73], [...plane, ...Buffer.from('Mrs')], plane);
  assert.throws(() => cleanRle(gap, shape), /gap/);
  assert.throws(() => cleanRle(rle([64, 70, 0x73726d4d], plane, plane), shape), /unused offset/);
  assert.throws(() => cleanRle(rle([64], plane), shape), /segment count/);
  for (let length = 0; length < plain.length; length += 1) {
    assert.throws(() => cleanRle(plain.subarray(0, length), shape), /DEID_COMPRESSED_UNCHECKED/);
  }
});
