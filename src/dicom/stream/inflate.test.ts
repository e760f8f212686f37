import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDeflateRaw, deflateRawSync } from 'node:zlib';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import { type ByteStream, collectBytes } from '../../lib/streams/byte-stream.ts';
import { transferSyntax } from '../dictionary/generated/uids.ts';
import { inflateInstance } from './inflate.ts';

const deflated = transferSyntax.DeflatedExplicitVRLittleEndian;
const plain = Uint8Array.from({ length: 300_000 }, (_, index) => (index * index) >> 3);

/** Chunks of `size`, in one buffer used again and again, as a network does. */
async function* stream(bytes: Uint8Array, size: number): ByteStream & AsyncGenerator<Uint8Array> {
  const shared = new Uint8Array(size);
  for (let at = 0; at < bytes.length; at += size) {
    const chunk = bytes.subarray(at, at + size);
    shared.set(chunk);
    yield shared.subarray(0, chunk.length);
    shared.fill(0xee);
  }
}

function inflated(bytes: Uint8Array, limits = {}, size = 1000): ByteStream {
  const dataSet = stream(bytes, size);
  return inflateInstance({ transferSyntaxUid: deflated, dataSet }, limits).dataSet;
}

const collect = (bytes: ByteStream): Promise<Uint8Array> =>
  collectBytes(bytes, { maxBytes: 1e9, tooLong: () => new Error('too long') });

test('inflates, and says what the bytes are now', async () => {
  const instance = { transferSyntaxUid: deflated, dataSet: stream(deflateRawSync(plain), 7), x: 1 };
  const result = inflateInstance(instance);
  assert.equal(result.transferSyntaxUid, transferSyntax.ExplicitVRLittleEndian);
  assert.equal(result.x, 1);
  assert.deepEqual(await collect(result.dataSet), plain);
});

test('an instance that is not deflated comes back as it is', () => {
  const instance = {
    transferSyntaxUid: transferSyntax.ExplicitVRLittleEndian,
    dataSet: stream(plain, 10),
  };
  assert.equal(inflateInstance(instance), instance);
});

test('bytes after the end of the deflated stream are padding', async () => {
  const padded = Buffer.concat([deflateRawSync(plain), Buffer.alloc(5000)]);
  assert.deepEqual(await collect(inflated(padded)), plain);
});

test('size and ratio are bounded', async () => {
  const zeros = deflateRawSync(new Uint8Array(2_000_000));
  const rows = [
    { inflatedMaxBytes: 1_000_000 },
    { inflateRatioMax: 100, inflateRatioFreeBytes: 500_000 },
  ];
  for (const limits of rows) {
    await assert.rejects(
      collect(inflated(zeros, limits)),
      (error) => codeOf(error) === 'DICOM_INFLATE_LIMIT',
    );
  }
  const allowed = { inflateRatioMax: 100, inflateRatioFreeBytes: 2_000_000 };
  assert.equal((await collect(inflated(zeros, allowed))).length, 2_000_000);
});

test('garbage and a cut stream have a code', async () => {
  const whole = deflateRawSync(plain);
  for (const bytes of [new Uint8Array(100).fill(0xff), whole.subarray(0, whole.length >> 1)]) {
    await assert.rejects(
      collect(inflated(bytes)),
      (error) => codeOf(error) === 'DICOM_DEFLATE_INVALID',
    );
  }
});

test('a failing source fails with its own error', async () => {
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield deflateRawSync(plain).subarray(0, 100);
    throw new Error('the peer has gone');
  }
  const { dataSet } = inflateInstance({ transferSyntaxUid: deflated, dataSet: failing() });
  await assert.rejects(collect(dataSet), /the peer has gone/);
});

test('a reader that leaves early releases the source', async () => {
  const released = Promise.withResolvers<void>();
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      const deflater = createDeflateRaw();
      deflater.end(plain);
      for await (const chunk of deflater) yield chunk as Uint8Array;
      for (;;) yield new Uint8Array(1000);
    } finally {
      released.resolve();
    }
  }
  const { dataSet } = inflateInstance({ transferSyntaxUid: deflated, dataSet: source() });
  for await (const chunk of dataSet) {
    assert.ok(chunk.length > 0);
    break;
  }
  await released.promise;
});
