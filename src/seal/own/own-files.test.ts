import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../test/support/seeded-random.ts';
import { concatBytes } from '../../lib/bytes/bytes.ts';
import { newHeader, openHeader, rewrapHeader } from '../crypt4gh/header.ts';
import { layout } from '../crypt4gh/layout.ts';
import { newRecipientKeyPair } from '../crypt4gh/recipient-key-pair.ts';
import { SegmentSealer } from '../crypt4gh/segment-sealer.ts';
import { openOwn, type Wholeness } from './open-own.ts';
import { sealOwn } from './seal-own.ts';
import { splitOwnHeader } from './split-header.ts';

const random = seededRandom(1);
const pair = newRecipientKeyPair(random);
const { segmentSize, sealedSegmentSize, headerSize } = layout;

async function sealed(...chunks: readonly Uint8Array[]): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const options = { recipientPublicKey: pair.publicKey, random };
  for await (const part of sealOwn(chunks, options)) parts.push(part.slice());
  return concatBytes(parts);
}

async function* chunksOf(file: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.length; at += size) yield file.slice(at, at + size);
}

async function opened(
  file: Uint8Array,
  options: { readonly privateKey?: Uint8Array; readonly chunkSize?: number } = {},
): Promise<{ readonly plain: Uint8Array; readonly wholeness: Wholeness }> {
  const { header, rest } = await splitOwnHeader(chunksOf(file, options.chunkSize ?? 50_000));
  const opening = openOwn(rest, openHeader(header, options.privateKey ?? pair.privateKey));
  const parts: Uint8Array[] = [];
  for (let next = await opening.next(); ; next = await opening.next()) {
    if (next.done === true) return { plain: concatBytes(parts), wholeness: next.value };
    parts.push(next.value);
  }
}

function segmentsOf(file: Uint8Array): readonly Uint8Array[] {
  const count = Math.ceil((file.length - headerSize) / sealedSegmentSize);
  return Array.from({ length: count }, (_, index) => {
    const start = headerSize + index * sealedSegmentSize;
    return file.subarray(start, start + sealedSegmentSize);
  });
}

test('what was sealed opens, at every border and in any chunks', async () => {
  for (const size of [
    0,
    1,
    segmentSize - 1,
    segmentSize,
    segmentSize + 1,
    2 * segmentSize,
    150_000,
  ]) {
    const plain = random.bytes(size);
    const file = await sealed(plain.subarray(0, size >> 1), plain.subarray(size >> 1));
    for (const chunkSize of [33, sealedSegmentSize, 1 << 20]) {
      const found = await opened(file, { chunkSize });
      assert.deepEqual(found.plain, plain, `${size} in chunks of ${chunkSize}`);
      assert.equal(found.wholeness, 'whole');
    }
  }
});

test('every segment that is missing, moved, repeated, added or of another file is noticed', async () => {
  const file = await sealed(random.bytes(2 * segmentSize + 10));
  const header = file.subarray(0, headerSize);
  const [a, b, c] = segmentsOf(file) as [Uint8Array, Uint8Array, Uint8Array];
  // As long as the others, so that nothing shows by the length.
  const [, other] = segmentsOf(await sealed(random.bytes(3 * segmentSize))) as [never, Uint8Array];
  const cases: readonly (readonly [string, readonly Uint8Array[]])[] = [
    ['SEAL_TRUNCATED', [a, b]],
    ['SEAL_TRUNCATED', [a]],
    ['SEAL_SEGMENT_MISPLACED', [b]],
    ['SEAL_SEGMENT_MISPLACED', [b, c]],
    ['SEAL_SEGMENT_MISPLACED', [c]],
    ['SEAL_SEGMENT_MISPLACED', [a, c]],
    ['SEAL_SEGMENT_MISPLACED', [b, a, c]],
    ['SEAL_SEGMENT_MISPLACED', [a, a, c]],
    ['SEAL_SEGMENT_FORGED', [a, other, c]],
    ['SEAL_TRUNCATED', [a, b, c.subarray(0, 27)]],
    ['SEAL_SEGMENT_FORGED', [a, b, c.subarray(0, -1)]],
    ['SEAL_SEGMENT_FORGED', [a, b, c, new Uint8Array(1)]],
  ];
  for (const [code, segments] of cases)
    await assert.rejects(opened(concatBytes([header, ...segments])), { code });
  const whole = await sealed(random.bytes(segmentSize));
  await assert.rejects(opened(concatBytes([whole, ...segmentsOf(whole)])), {
    code: 'SEAL_TRAILING_BYTES',
  });
});

test('nothing of a file but its header: an empty file is not that', async () => {
  const empty = await sealed();
  assert.equal(empty.length, headerSize + layout.segmentOverhead);
  const full = await sealed(random.bytes(100));
  assert.deepEqual(await opened(empty), { plain: new Uint8Array(), wholeness: 'whole' });
  await assert.rejects(opened(full.subarray(0, headerSize)), { code: 'SEAL_TRUNCATED' });
});

test('any changed byte and any other key is noticed', async () => {
  const file = await sealed(random.bytes(100));
  for (let at = 0; at < file.length; at++) {
    const changed = file.slice();
    changed[at] = (changed[at] ?? 0) ^ (1 << (at & 7));
    await assert.rejects(opened(changed), /SEAL_/, `byte ${at}`);
  }
  const { privateKey } = newRecipientKeyPair(random);
  await assert.rejects(opened(file, { privateKey }), { code: 'SEAL_KEY_MISMATCH' });
});

test('a production opens in order, and one of another tool as it is', async () => {
  const { header, dataKey } = newHeader(pair.publicKey, random);
  const plain = random.bytes(segmentSize + 5);
  const body = new Uint8Array(plain.length + 2 * layout.segmentOverhead);
  new SegmentSealer(header, dataKey).seal(plain, body);
  const production = concatBytes([header, body]);
  assert.deepEqual(await opened(production), { plain, wholeness: 'in-order' });
  const [first, second] = segmentsOf(production) as [Uint8Array, Uint8Array];
  await assert.rejects(opened(concatBytes([header, second])), { code: 'SEAL_SEGMENT_MISPLACED' });
  // Segments of both kinds under one data key: only who has the key could make them.
  const own = await sealed(plain);
  const ownKey = openHeader(own.subarray(0, headerSize), pair.privateKey);
  const forged = new Uint8Array(sealedSegmentSize);
  new SegmentSealer(header, ownKey).seal(plain.subarray(0, segmentSize), forged);
  const mixed = concatBytes([own.subarray(0, headerSize), forged, ...segmentsOf(own).slice(1)]);
  await assert.rejects(opened(mixed), { code: 'SEAL_SEGMENT_MISPLACED' });
  const other = newRecipientKeyPair(random);
  const again = concatBytes([rewrapHeader(ownKey, other.publicKey, random), ...segmentsOf(own)]);
  assert.deepEqual((await opened(again, other)).wholeness, 'whole');
  assert.ok(first.length > 0);
});

test('two files have nothing in common: neither data key nor writer', async () => {
  const plain = random.bytes(100);
  const [one, two] = [await sealed(plain), await sealed(plain)];
  assert.notDeepEqual(one.subarray(24, 56), two.subarray(24, 56));
  assert.notDeepEqual(one.subarray(headerSize + 12), two.subarray(headerSize + 12));
  // The nonces are alike, which is safe under different data keys only.
  const keys = [one, two].map((file) => openHeader(file.subarray(0, headerSize), pair.privateKey));
  assert.notDeepEqual(keys[0]?.export(), keys[1]?.export());
});

test('a header without end is refused before it is read', async () => {
  const file = (await sealed(random.bytes(10))).slice();
  const view = new DataView(file.buffer);
  view.setUint32(12, 17, true);
  await assert.rejects(opened(file), { code: 'SEAL_HEADER_UNSUPPORTED' });
  view.setUint32(12, 1, true);
  view.setUint32(16, 0xffff_ffff, true);
  await assert.rejects(opened(file), { code: 'SEAL_HEADER_UNSUPPORTED' });
  for (const length of [0, 15, 16, 19, 123])
    await assert.rejects(opened(file.subarray(0, length)), /SEAL_HEADER/);
});
