import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { layout, sealedRangeOf, sealedSizeOf, writeSegmentNonce } from './layout.ts';

const sizes = fc.oneof(
  fc.integer({ min: 0, max: 400_000 }),
  fc
    .tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: -2, max: 2 }))
    .map(([count, delta]) => Math.max(0, count * layout.segmentSize + delta)),
);

test('a sealed file is 124 bytes, its plaintext, and 28 bytes a segment', () => {
  const expected: readonly (readonly [number, number])[] = [
    [0, 124],
    [1, 153],
    [65_536, 65_688],
    [65_537, 65_717],
    [157_286_752, 124 + 157_286_752 + 28 * 2401],
  ];
  for (const [plain, sealed] of expected) assert.equal(sealedSizeOf(plain), sealed);
});

test('the range to read covers the plain range by whole segments, and never more of them', () => {
  fc.assert(
    fc.property(sizes, fc.nat(), fc.nat(), (size, a, b) => {
      const offset = a % (size + 1);
      const length = b % (size - offset + 1);
      const range = sealedRangeOf({ offset, length }, size);
      assert.ok(range.offset + range.length <= sealedSizeOf(size));
      if (length === 0) return assert.equal(range.length, 0);
      const start = (range.offset - layout.headerSize) / layout.sealedSegmentSize;
      assert.equal(start, Math.floor(offset / layout.segmentSize));
      const end = range.offset + range.length;
      const segments = Math.ceil((end - layout.headerSize) / layout.sealedSegmentSize);
      assert.equal(segments, Math.ceil((offset + length) / layout.segmentSize));
      const whole = (end - layout.headerSize) % layout.sealedSegmentSize === 0;
      assert.ok(whole || end === sealedSizeOf(size));
    }),
  );
});

test('a range that is not within the file is refused', () => {
  const wrong = [
    { offset: 0, length: 11 },
    { offset: 11, length: 0 },
    { offset: -1, length: 1 },
    { offset: 0.5, length: 1 },
    { offset: Number.NaN, length: 1 },
    { offset: 1, length: Number.MAX_SAFE_INTEGER },
  ];
  for (const range of wrong)
    assert.throws(() => sealedRangeOf(range, 10), { code: 'SEAL_RANGE_INVALID' });
});

test('the nonce of a segment is its index, little-endian, and four zero bytes', () => {
  const nonce = new Uint8Array(12).fill(255);
  writeSegmentNonce(nonce, 0x01_02_03_04_05);
  assert.deepEqual([...nonce], [5, 4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0]);
});
