import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { concatBytes } from '../../src/lib/bytes/bytes.ts';
import { codeOf } from '../../src/lib/errors/mdm-error.ts';
import { systemRandom } from '../../src/lib/random.ts';
import {
  newRecipientKeyPair,
  openHeader,
  openSegments,
  type SealSummary,
  sealedLayout,
  sealedRangeOf,
  sealedSizeOf,
} from '../../src/seal/index.ts';
import { sealFile } from '../support/seal-file.ts';

const pair = newRecipientKeyPair(systemRandom);
const segment = sealedLayout.segmentSize;
const material = systemRandom.bytes(10 * segment);

/** Sizes at and around segment and batch borders, and in between. */
const sizes = fc.oneof(
  fc.integer({ min: 0, max: 9 * segment }),
  fc
    .tuple(fc.constantFrom(0, 1, 2, 7, 8, 9), fc.integer({ min: -2, max: 2 }))
    .map(([count, delta]) => Math.max(0, count * segment + delta)),
);
const cuts = fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 5 });

/** Cut into pieces of the given lengths, again and again. */
function* chunked(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  let at = 0;
  for (let index = 0; at < bytes.length; index++) {
    const length = lengths[index % lengths.length] ?? 1;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

const seal = (plain: Uint8Array, lengths: readonly number[]) =>
  sealFile(chunked(plain, lengths), pair.publicKey);

async function open(
  file: Uint8Array,
  sealed: Iterable<Uint8Array>,
  summary: SealSummary,
  range?: { readonly offset: number; readonly length: number },
): Promise<Uint8Array> {
  const dataKey = openHeader(file.subarray(0, sealedLayout.headerSize), pair.privateKey);
  const { plaintextSize, segmentDigests } = summary;
  const options = { dataKey, plaintextSize, segmentDigests };
  const parts: Uint8Array[] = [];
  const given = range === undefined ? options : { ...options, range };
  for await (const part of openSegments(sealed, given)) parts.push(part);
  return concatBytes(parts);
}

test('any size, sealed and opened in any chunks, comes back with the sizes and digests promised', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, cuts, cuts, async (size, writes, reads) => {
      const plain = material.subarray(0, size);
      const { file, summary } = await seal(plain, writes);
      assert.equal(file.length, sealedSizeOf(size));
      assert.equal(summary.sealedSize, file.length);
      const digest = createHash('sha256').update(file).digest();
      assert.ok(digest.equals(summary.sealedSha256));
      const opened = await open(file, chunked(file.subarray(124), reads), summary);
      assert.ok(Buffer.from(opened).equals(plain));
    }),
    { numRuns: 60 },
  );
});

test('the segments of any range open to exactly that range', async () => {
  const size = 4 * segment + 77;
  const plain = material.subarray(0, size);
  const { file, summary } = await seal(plain, [100_000]);
  await fc.assert(
    fc.asyncProperty(fc.nat(size), fc.nat(size), cuts, async (a, b, reads) => {
      const range = { offset: Math.min(a, b), length: Math.abs(a - b) };
      const span = sealedRangeOf(range, size);
      const sealed = file.subarray(span.offset, span.offset + span.length);
      const opened = await open(file, chunked(sealed, reads), summary, range);
      const end = range.offset + range.length;
      assert.ok(Buffer.from(opened).equals(plain.subarray(range.offset, end)));
    }),
    { numRuns: 100 },
  );
});

test('a flipped bit anywhere in a sealed file is noticed', async () => {
  const { file, summary } = await seal(material.subarray(0, 2 * segment + 5), [segment]);
  await fc.assert(
    fc.asyncProperty(fc.nat(file.length * 8 - 1), async (bit) => {
      const changed = file.slice();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await assert.rejects(open(changed, [changed.subarray(124)], summary), (error) =>
        /^SEAL_/.test(codeOf(error) ?? ''),
      );
    }),
    { numRuns: 400 },
  );
});

test('a file cut anywhere is noticed, also at the border of a segment', async () => {
  const { file, summary } = await seal(material.subarray(0, 3 * segment), [segment]);
  const borders = [0, 1, 2].map((count) => 124 + count * sealedLayout.sealedSegmentSize);
  const anywhere = fc.integer({ min: 124, max: file.length - 1 });
  await fc.assert(
    fc.asyncProperty(fc.oneof(anywhere, fc.constantFrom(...borders)), async (length) => {
      const cut = open(file, [file.subarray(124, length)], summary);
      await assert.rejects(cut, { code: 'SEAL_TRUNCATED' });
    }),
    { numRuns: 100 },
  );
});
