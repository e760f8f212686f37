import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { readSealed } from '../../flow/index.ts';
import { deidentified } from '../../flow/mint/deidentified.ts';
import { concatBytes } from '../../lib/bytes/bytes.ts';
import { systemRandom } from '../../lib/random.ts';
import { openHeader } from './header.ts';
import { layout, sealedSizeOf } from './layout.ts';
import { openSegments, SegmentOpener } from './open-segments.ts';
import { newRecipientKeyPair } from './recipient-key-pair.ts';
import { createSealStream, type SealSummary } from './seal-stream.ts';

const pair = newRecipientKeyPair(systemRandom);
const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

function seal(plain: Uint8Array): { readonly file: Uint8Array; readonly summary: SealSummary } {
  const stream = createSealStream({ recipientPublicKey: pair.publicKey, random: systemRandom });
  const parts = [readSealed(stream.header)];
  for (const batch of stream.write(deidentified(plain))) parts.push(readSealed(batch).slice());
  const { tail, summary } = stream.end();
  for (const batch of tail) parts.push(readSealed(batch).slice());
  return { file: concatBytes(parts), summary };
}

function segmentsOf(file: Uint8Array): readonly Uint8Array[] {
  const segments: Uint8Array[] = [];
  for (let at = layout.headerSize; at < file.length; at += layout.sealedSegmentSize)
    segments.push(file.subarray(at, at + layout.sealedSegmentSize));
  return segments;
}

async function open(
  chunks: readonly Uint8Array[],
  file: Uint8Array,
  plaintextSize: number,
): Promise<Uint8Array> {
  const dataKey = openHeader(file.subarray(0, layout.headerSize), pair.privateKey);
  const plain: Uint8Array[] = [];
  for await (const part of openSegments(chunks, { dataKey, plaintextSize })) plain.push(part);
  return concatBytes(plain);
}

const plain = systemRandom.bytes(3 * layout.segmentSize + 1000);
const { file, summary } = seal(plain);
const [s0, s1, s2, s3] = segmentsOf(file) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];

test('an empty file seals to its header and opens to nothing', async () => {
  const empty = seal(new Uint8Array(0));
  assert.equal(empty.file.length, 124);
  assert.equal(empty.summary.segmentCount, 0);
  assert.equal((await open([], empty.file, 0)).length, 0);
});

test('the summary says what was sealed', async () => {
  assert.deepEqual(await open([file.subarray(124)], file, plain.length), plain);
  assert.equal(summary.plaintextSize, plain.length);
  assert.equal(summary.segmentCount, 4);
  assert.equal(summary.sealedSize, file.length);
  assert.equal(file.length, sealedSizeOf(plain.length));
  assert.deepEqual(Uint8Array.from(summary.plaintextSha256), Uint8Array.from(sha256(plain)));
  assert.deepEqual(Uint8Array.from(summary.sealedSha256), Uint8Array.from(sha256(file)));
  const third = sha256(plain.subarray(2 * layout.segmentSize, 3 * layout.segmentSize));
  assert.deepEqual(summary.segmentDigests.slice(64, 96), Uint8Array.from(third));
});

test('a file that is cut, reordered, repeated, spliced or longer is refused by code', async () => {
  const other = segmentsOf(seal(plain).file)[1] ?? s1;
  const cases: readonly (readonly [string, readonly Uint8Array[]])[] = [
    ['SEAL_TRUNCATED', [s0, s1, s2]],
    ['SEAL_TRUNCATED', [s0, s1, s2, s3.subarray(0, s3.length - 1)]],
    ['SEAL_TRUNCATED', []],
    ['SEAL_SEGMENT_MISPLACED', [s1, s0, s2, s3]],
    ['SEAL_SEGMENT_MISPLACED', [s0, s0, s2, s3]],
    ['SEAL_SEGMENT_MISPLACED', [s0, s2, s3]],
    ['SEAL_SEGMENT_FORGED', [s0, other, s2, s3]],
    ['SEAL_TRAILING_BYTES', [s0, s1, s2, s3, new Uint8Array(1)]],
    ['SEAL_TRAILING_BYTES', [s0, s1, s2, s3, s0]],
  ];
  for (const [code, chunks] of cases)
    await assert.rejects(open(chunks, file, plain.length), { code });
});

test('nothing of a segment comes out before it was authentic', async () => {
  const forged = s1.slice();
  forged[40_000] = (forged[40_000] ?? 0) ^ 1;
  const dataKey = openHeader(file.subarray(0, 124), pair.privateKey);
  const opened: number[] = [];
  await assert.rejects(
    async () => {
      const stream = openSegments([s0, forged], { dataKey, plaintextSize: plain.length });
      for await (const part of stream) opened.push(part.length);
    },
    { code: 'SEAL_SEGMENT_FORGED', context: { segment: 1 } },
  );
  assert.deepEqual(opened, [layout.segmentSize]);
});

test('a file forged with the public key alone opens, but not against the segment digests', async () => {
  const forgery = seal(systemRandom.bytes(plain.length)).file;
  const dataKey = openHeader(forgery.subarray(0, 124), pair.privateKey);
  const options = { dataKey, plaintextSize: plain.length };
  const { segmentDigests } = summary;
  const read = async (digests: Uint8Array | undefined): Promise<number> => {
    let length = 0;
    const given = digests === undefined ? options : { ...options, segmentDigests: digests };
    for await (const part of openSegments([forgery.subarray(124)], given)) length += part.length;
    return length;
  };
  assert.equal(await read(undefined), plain.length);
  await assert.rejects(read(segmentDigests), { code: 'SEAL_SEGMENT_MISMATCH' });
  await assert.rejects(read(segmentDigests.subarray(32)), { code: 'SEAL_RECEIPT_MISMATCH' });
});

test('a batch is not overwritten until the second later call that returns batches', () => {
  const stream = createSealStream({ recipientPublicKey: pair.publicKey, random: systemRandom });
  const write = (segments: number): readonly Uint8Array[] =>
    stream.write(deidentified(new Uint8Array(segments * layout.segmentSize))).map(readSealed);
  const [first] = write(8) as [Uint8Array];
  const copy = first.slice();
  // Calls that return nothing do not count, however many.
  for (let call = 0; call < 7; call++) assert.equal(write(1).length, 0);
  assert.equal(write(8).length, 1);
  assert.deepEqual(first, copy);
  // The second later one may take the memory, and does.
  write(16);
  assert.notDeepEqual(first, copy);
});

test('the stream takes nothing after its end', () => {
  const stream = createSealStream({ recipientPublicKey: pair.publicKey, random: systemRandom });
  stream.end();
  assert.throws(() => stream.end(), /end after end/);
  assert.throws(() => stream.write(deidentified(new Uint8Array(1))), /write after end/);
});

test('a range opens from its own segments, and a wrong span is noticed', () => {
  const dataKey = openHeader(file.subarray(0, 124), pair.privateKey);
  const range = { offset: layout.segmentSize + 10, length: layout.segmentSize };
  const opener = new SegmentOpener({ dataKey, plaintextSize: plain.length, range });
  const parts = [...opener.push(s1), ...opener.push(s2)];
  opener.end();
  assert.deepEqual(concatBytes(parts), plain.slice(range.offset, range.offset + range.length));
  const wrong = new SegmentOpener({ dataKey, plaintextSize: plain.length, range });
  assert.throws(() => [...wrong.push(s0)], { code: 'SEAL_SEGMENT_MISPLACED' });
});
