import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shapeOf } from '../../../test/support/image-shape.ts';
import { seededRandom } from '../../../test/support/seeded-random.ts';
import { viewOf } from '../../lib/bytes/bytes.ts';
import { cleanRle } from './rle.ts';
import { encodeRle } from './rle-encode.ts';

const shape = shapeOf({ rows: 2, columns: 4, bitsAllocated: 16, bitsStored: 16 });

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

test('bytes beyond the plane in the last code of a segment are refused', () => {
  const beyond = [0xfc, 0x09, 0x05, 0x01, 0x02, 0x03, ...Buffer.from('Mrs')];
  assert.throws(() => cleanRle(rle([64, 73], beyond, plane), shape), /segment too long/);
  const run = [0xfc, 0x09, 0x80, 0xfc, 0x09];
  assert.throws(() => cleanRle(rle([64, 69], run, plane), shape), /segment too long/);
});

test('unused bits of the samples are cleaned, the rest stays', () => {
  const twelve = shapeOf({ rows: 2, columns: 4, bitsAllocated: 16, bitsStored: 12 });
  const low = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  const garbage = Uint8Array.of(0x51, 0x51, 0x01, 0xf2, 0, 0, 0, 0x40);
  const high = Uint8Array.of(0x01, 0x01, 0x01, 0x02, 0, 0, 0, 0);
  const clean = encodeRle([high, low], 4);
  assert.deepEqual(cleanRle(encodeRle([garbage, low], 4), twelve), clean);
  assert.deepEqual(cleanRle(clean, twelve), clean);
});

test('what is encoded decodes to what it was', () => {
  const random = seededRandom(3);
  const wide = shapeOf({ rows: 5, columns: 301, bitsAllocated: 16, bitsStored: 16 });
  const runs = random.bytes(wide.pixels).map((byte) => byte >> 6);
  const frame = encodeRle([runs, random.bytes(wide.pixels)], 301);
  assert.deepEqual(cleanRle(frame, wide), frame);
  // The cleaner of another depth decodes, and finds nothing to clean: the planes are as they were.
  const clean = cleanRle(frame, { ...wide, bits: { ...wide.bits, bitsStored: 10, highBit: 9 } });
  assert.deepEqual(clean, frame);
});
