import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { sealFile, testSealer } from '../../../test/support/seal-file.ts';
import { readSealed } from '../../flow/index.ts';
import { deidentified } from '../../flow/mint/deidentified.ts';
import { concatBytes } from '../../lib/bytes/bytes.ts';
import { systemRandom } from '../../lib/random.ts';
import { sealLimits } from '../limits.ts';
import { openHeader } from './header.ts';
import { layout, sealedSizeOf } from './layout.ts';
import { openSegments, SegmentOpener } from './open-segments.ts';
import { newRecipientKeyPair } from './recipient-key-pair.ts';
import { createSealer } from './seal-stream.ts';

const pair = newRecipientKeyPair(systemRandom);
const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

const seal = (plain: Uint8Array) => sealFile([plain], pair.publicKey);

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
const { file, summary } = await seal(plain);
const [s0, s1, s2, s3] = segmentsOf(file) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];

test('an empty file seals to its header and opens to nothing', async () => {
  const empty = await seal(new Uint8Array(0));
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
  const other = segmentsOf((await seal(plain)).file)[1] ?? s1;
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
  const { file: forgery } = await seal(systemRandom.bytes(plain.length));
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

/** A stream of zeros whose output waits until it is let on. */
function slowStream(fails?: Error) {
  const gate = Promise.withResolvers<void>();
  const sizes: number[] = [];
  const stream = testSealer.stream({
    recipientPublicKey: pair.publicKey,
    random: systemRandom,
    async output(batch) {
      await gate.promise;
      if (fails !== undefined) throw fails;
      sizes.push(readSealed(batch).length);
    },
  });
  const write = (segments: number): Promise<void> =>
    stream.write(deidentified(new Uint8Array(segments * layout.segmentSize)));
  return { stream, write, sizes, letOn: gate.resolve };
}

const settledWithin = async (work: Promise<unknown>, ms: number): Promise<boolean> =>
  Promise.race([work.then(() => true), delay(ms, false)]);

test('who writes faster than the output takes waits, and nothing is lost', async () => {
  const { stream, write, sizes, letOn } = slowStream();
  const writing = write(8 * (sealLimits.batchesInFlightMax + 1));
  assert.equal(await settledWithin(writing, 200), false);
  letOn();
  await writing;
  const { sealedSize } = await stream.end();
  assert.equal(layout.headerSize + sizes.reduce((sum, size) => sum + size, 0), sealedSize);
});

test('what the output throws ends the file', async () => {
  const { stream, write, letOn } = slowStream(new Error('disk full'));
  await write(8);
  letOn();
  await assert.rejects(stream.end(), /disk full/);
  await assert.rejects(write(1), /write after end/);
});

test('a file that is given up is not written on', async () => {
  const { stream, write, sizes, letOn } = slowStream();
  await write(16);
  const ending = stream.end();
  const aborting = stream.abort();
  letOn();
  await aborting;
  await assert.rejects(ending, { code: 'SEAL_THREAD_ENDED' });
  assert.ok(sizes.length <= 1);
  await stream.abort();
});

test('a file given up at its end takes no other file with it', async () => {
  const { stream, write, letOn } = slowStream();
  const other = slowStream();
  for (const one of [letOn, other.letOn]) one();
  await Promise.all([write(1), other.write(9)]);
  const ending = stream.end();
  await new Promise((resolve) => setImmediate(resolve));
  await Promise.all([stream.abort(), ending.catch(() => undefined)]);
  await other.write(1);
  assert.equal((await other.stream.end()).segmentCount, 10);
});

test('files fail with the thread, and the next one has a new thread', async () => {
  const sealer = createSealer();
  const options = {
    recipientPublicKey: pair.publicKey,
    random: systemRandom,
    output: async () => undefined,
  };
  const lost = sealer.stream(options);
  await lost.write(deidentified(new Uint8Array(3 * 8 * layout.segmentSize + 100)));
  await sealer.close();
  await assert.rejects(lost.end(), { code: 'SEAL_THREAD_ENDED' });
  const next = sealer.stream(options);
  await next.write(deidentified(new Uint8Array(100)));
  assert.equal((await next.end()).plaintextSize, 100);
  await sealer.close();
});

test('files sealed at the same time do not mix', async () => {
  const plains = Array.from({ length: 5 }, (_, index) => systemRandom.bytes(700_000 + index));
  const files = await Promise.all(plains.map(seal));
  for (const [index, one] of files.entries()) {
    const size = plains[index]?.length ?? 0;
    assert.deepEqual(await open([one.file.subarray(124)], one.file, size), plains[index]);
  }
});

test('the stream takes nothing after its end', async () => {
  const { stream, write, letOn } = slowStream();
  letOn();
  await stream.end();
  await assert.rejects(stream.end(), /end after end/);
  await assert.rejects(write(1), /write after end/);
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
