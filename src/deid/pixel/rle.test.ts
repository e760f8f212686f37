import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shapeOf } from '../../../test/support/image-shape.ts';
import { seededRandom } from '../../../test/support/seeded-random.ts';
import { concatBytes, viewOf } from '../../lib/bytes/bytes.ts';
import { expandRle } from '../../pixel/index.ts';
import type { ImageShape } from './image-shape.ts';
import { cleanRle } from './rle.ts';
import { encodeRle } from './rle-encode.ts';
import { createBitCleaner } from './unused-bits.ts';

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

test('the byte that makes a segment even is zero', () => {
  const odd = [0xfc, 0x09, 0x80, 0x02, 0x01, 0x02, 0x03];
  const padded = (padding: number): Uint8Array => rle([64, 72], [...odd, padding], plane);
  assert.deepEqual(cleanRle(padded(0), shape), padded(0));
  assert.deepEqual(cleanRle(padded(0x4d), shape), padded(0));
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

test('frames of every width, bit place, sign and padding become what their samples become', () => {
  const random = seededRandom(11);
  for (const bits of allBits()) {
    const cleaner = createBitCleaner({ ...bits, bigEndian: true });
    for (const samples of [1, 3] as const) {
      const shape = { ...shapeOf({ rows: 3, columns: 5, ...bits }), samples, bits };
      const bytesPerSample = bits.bitsAllocated / 8;
      const size = { ...shape, bytesPerSample };
      const unclean = random.bytes(15 * samples * bytesPerSample);
      const clean = cleaner?.clean(unclean) ?? unclean;
      const lastUnclean = Uint8Array.from([
        ...clean.subarray(0, -bytesPerSample),
        ...unclean.subarray(-bytesPerSample),
      ]);
      for (const given of [unclean, clean, lastUnclean]) {
        const left = cleanRle(encodeRle(planesOf(given, shape), 5), shape);
        const wanted = encodeRle(planesOf(cleaner?.clean(given) ?? given, shape), 5);
        const context = JSON.stringify({ bits, samples });
        assert.deepEqual(expandRle(left, size), expandRle(wanted, size), context);
      }
    }
  }
});

function* allBits(): Generator<ImageShape['bits']> {
  for (const bitsAllocated of [8, 16, 32] as const) {
    for (const bitsStored of [1, 5, 8, 12, 16, 20, 31, 32]) {
      if (bitsStored > bitsAllocated) continue;
      for (const highBit of new Set([bitsStored - 1, bitsAllocated - 1])) {
        for (const signed of [false, true]) {
          for (const padding of [undefined, -1]) {
            yield { bitsAllocated, bitsStored, highBit, signed, padding };
          }
        }
      }
    }
  }
}

/** A plane of each byte of big endian samples. */
function planesOf(samples: Uint8Array, shape: ImageShape): readonly Uint8Array[] {
  const count = shape.samples * (shape.bits.bitsAllocated / 8);
  return Array.from({ length: count }, (_, plane) =>
    samples.filter((_byte, at) => at % count === plane),
  );
}

test('a frame is expanded within a limit, and one that is clean is not expanded', () => {
  const shape = shapeOf({ rows: 4096, columns: 2 ** 15 + 1, bitsAllocated: 8, bitsStored: 7 });
  const frameOf = (value: number): Uint8Array =>
    concatBytes([rle([64], []), Buffer.alloc(shape.pixels / 64, Uint8Array.of(129, value))]);
  const clean = frameOf(0x7f);
  assert.equal(cleanRle(clean, shape).length, clean.length);
  assert.throws(() => cleanRle(frameOf(0x80), shape), /DEID_LIMIT_EXCEEDED/);
});

test('rows of single bytes between pairs, which take the most codes, are encoded whole', () => {
  for (let columns = 1; columns < 300; columns += 1) {
    const row = Uint8Array.from({ length: columns }, (_, at) => [1, 2, 2, 3, 4, 4][at % 6] ?? 0);
    const plane = concatBytes([row, row]);
    const size = { pixels: plane.length, samples: 1, bytesPerSample: 1 };
    assert.deepEqual(expandRle(encodeRle([plane], columns), size), plane);
  }
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
