import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { concatBytes } from '../../lib/bytes/bytes.ts';
import { gzipMembers, gzipRecipe } from './gzip-members.ts';
import { gzipLimits } from './limits.ts';

const mebibyte = gzipLimits.memberPlaintextBytes;

async function* chunked(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let offset = 0;
  // One buffer for all chunks: the compressor must not keep what it was lent.
  const lent = new Uint8Array(Math.max(...sizes, 1));
  for (let index = 0; offset < bytes.length; index += 1) {
    const part = bytes.subarray(offset, offset + (sizes[index % sizes.length] ?? 1));
    lent.set(part);
    yield lent.subarray(0, part.length);
    offset += part.length;
  }
}

async function collect(members: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const member of members) all.push(member);
  return all;
}

async function gzip(bytes: Uint8Array, sizes: readonly number[]): Promise<Uint8Array[]> {
  return collect(gzipMembers(chunked(bytes, sizes)));
}

const sample = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * index) >> 7);

test('gives the same bytes for every chunking, and they decompress to the plaintext', async () => {
  const chunkings = fc.array(fc.integer({ min: 1000, max: 2 ** 21 }), {
    minLength: 1,
    maxLength: 4,
  });
  const lengths = fc.constantFrom(0, 1, mebibyte - 1, mebibyte, mebibyte + 1, 2 * mebibyte + 77);
  await fc.assert(
    fc.asyncProperty(lengths, chunkings, async (length, sizes) => {
      const plaintext = sample(length);
      const packed = concatBytes(await gzip(plaintext, sizes));
      assert.deepEqual(packed, concatBytes(await gzip(plaintext, [65_536])));
      assert.ok(plaintext.length === 0 || Buffer.compare(gunzipSync(packed), plaintext) === 0);
    }),
    { numRuns: 12 },
  );
});

test('cuts members at fixed plaintext offsets; each stands alone and names no machine or time', async () => {
  const plaintext = sample(2 * mebibyte + 5);
  const members = await gzip(plaintext, [100_000]);
  assert.equal(members.length, 3);
  for (const [index, member] of members.entries()) {
    const part = plaintext.subarray(index * mebibyte, (index + 1) * mebibyte);
    assert.deepEqual(new Uint8Array(gunzipSync(member)), part);
    assert.deepEqual([...member.subarray(0, 10)], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255]);
  }
});

test('an empty stream is one empty member', async () => {
  const members = await gzip(new Uint8Array(0), [1]);
  assert.equal(members.length, 1);
  assert.equal(gunzipSync(members[0] ?? '').length, 0);
});

test('a failing source fails the result, and leaving early closes the source', async () => {
  const failing = (async function* (): AsyncGenerator<Uint8Array> {
    yield sample(3 * mebibyte);
    throw new Error('source');
  })();
  await assert.rejects(collect(gzipMembers(failing)), /source/);
  let closed = false;
  const endless = (async function* (): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield sample(mebibyte);
    } finally {
      closed = true;
    }
  })();
  for await (const member of gzipMembers(endless)) {
    assert.ok(member.length > 0);
    break;
  }
  assert.equal(closed, true);
});

test('does not hold up the event loop for 50 ms', async () => {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const plaintext = sample(8 * mebibyte);
  delay.enable();
  await gzip(plaintext, [512 * 1024]);
  delay.disable();
  assert.ok(delay.percentile(90) < 50e6, `${delay.percentile(90) / 1e6} ms`);
});

test('the recipe names everything that the bytes depend on', () => {
  assert.match(gzipRecipe, /^gzip;member=1048576;level=1;zlib=\S+;\w+$/);
});
