import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../test/support/seeded-random.ts';
import { createBitCleaner, type SampleBits } from './unused-bits.ts';

const twelve: SampleBits = {
  bitsAllocated: 16,
  bitsStored: 12,
  highBit: 11,
  signed: false,
  padding: undefined,
  bigEndian: false,
};

const bytesOf = (words: readonly number[]): Uint8Array =>
  new Uint8Array(Uint16Array.from(words).buffer);
const wordsOf = (bytes: Uint8Array): readonly number[] => [
  ...new Uint16Array(new Uint8Array(bytes).buffer),
];
const clean = (bits: Partial<SampleBits>, ...words: readonly number[]): readonly number[] => {
  const cleaner = createBitCleaner({ ...twelve, ...bits });
  return cleaner === undefined ? words : wordsOf(cleaner.clean(bytesOf(words)));
};

test('bits above an unsigned sample become zero', () => {
  assert.deepEqual(clean({}, 0xf123, 0x0fff, 0x1000), [0x0123, 0x0fff, 0]);
});

test('bits above a signed sample become its sign', () => {
  assert.deepEqual(
    clean({ signed: true }, 0x0fff, 0xffff, 0x07ff, 0x57ff),
    [0xffff, 0xffff, 0x07ff, 0x07ff],
  );
});

test('bits below the sample become zero', () => {
  assert.deepEqual(clean({ highBit: 15 }, 0xabcd, 0x000f), [0xabc0, 0]);
  assert.deepEqual(clean({ highBit: 13, signed: true }, 0x2003), [0xe000]);
});

test('a sample that is the padding value stays, others with such bits do not', () => {
  assert.deepEqual(clean({ padding: -2000 }, 0xf830, 0xf831, 0x0001), [0xf830, 0x0831, 1]);
});

test('a cleaner that has nothing to do gives the bytes that came', () => {
  for (const signed of [false, true]) {
    const cleaner = createBitCleaner({ ...twelve, signed });
    const bytes = bytesOf(signed ? [0xf800, 0xffff, 0x07ff, 0] : [0x0fff, 0, 0x0800, 1]);
    assert.equal(cleaner?.clean(bytes), bytes);
  }
  assert.equal(createBitCleaner({ ...twelve, bitsStored: 16, highBit: 15 }), undefined);
  assert.equal(createBitCleaner({ ...twelve, bitsAllocated: 8, bitsStored: 8 }), undefined);
});

test('what came is never written to, a Buffer neither', () => {
  const bytes = Buffer.from(bytesOf([0xf123, 0xf123]));
  createBitCleaner(twelve)?.clean(bytes);
  assert.deepEqual(wordsOf(bytes), [0xf123, 0xf123]);
});

/** One sample at a time, by arithmetic on the number instead of masks on its bytes. */
function expected(
  value: number,
  { bitsAllocated, bitsStored, highBit, signed }: SampleBits,
): number {
  const low = highBit + 1 - bitsStored;
  const stored = Math.floor(value / 2 ** low) % 2 ** bitsStored;
  const number = signed && stored >= 2 ** (bitsStored - 1) ? stored - 2 ** bitsStored : stored;
  return (((number * 2 ** low) % 2 ** bitsAllocated) + 2 ** bitsAllocated) % 2 ** bitsAllocated;
}

test('every width, bit place, sign, byte order and alignment gives what arithmetic gives', () => {
  const random = seededRandom(7);
  for (const bitsAllocated of [8, 16, 32] as const) {
    const width = bitsAllocated / 8;
    for (let stored = 1; stored < bitsAllocated; stored += bitsAllocated === 32 ? 5 : 1) {
      for (const highBit of new Set([stored - 1, bitsAllocated - 1])) {
        for (const flags of [0, 1, 2, 3]) {
          const [signed, bigEndian] = [(flags & 1) === 1, (flags & 2) === 2];
          const bits = { ...twelve, bitsAllocated, bitsStored: stored, highBit, signed, bigEndian };
          const count = 9;
          const buffer = Buffer.from(random.bytes(count * width + 3));
          const bytes = buffer.subarray(flags, flags + count * width);
          const out = Buffer.from(createBitCleaner(bits)?.clean(bytes) ?? bytes);
          for (let at = 0; at < bytes.length; at += width) {
            const read = (from: Buffer): number =>
              bigEndian ? from.readUIntBE(at, width) : from.readUIntLE(at, width);
            assert.equal(read(out), expected(read(bytes), bits), JSON.stringify(bits));
          }
        }
      }
    }
  }
});
