import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { gather } from './gather.ts';

async function allOf(
  source: Readable,
): Promise<{ readonly whole: Buffer; readonly chunks: number }> {
  const copies: Uint8Array[] = [];
  for await (const bytes of gather(source)) copies.push(Uint8Array.from(bytes));
  return { whole: Buffer.concat(copies), chunks: copies.length };
}

/** Bytes that tell where they stand. */
function patterned(size: number, from: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: size }, (_, index) => (from + index) * 7));
}

describe('gather', () => {
  it('gives every byte in order, whatever the pieces, also ones larger than its buffer', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constantFrom(16_384, 700_000)), {
          maxLength: 40,
        }),
        async (sizes) => {
          let position = 0;
          const pieces = sizes.map((size) => patterned(size, (position += size) - size));
          const expected = Buffer.concat(pieces);
          const { whole } = await allOf(Readable.from(pieces, { objectMode: false }));
          assert.ok(whole.equals(expected));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('hands on what one turn brings as one chunk', async () => {
    const source = new PassThrough({ highWaterMark: 1024 * 1024 });
    for (let piece = 0; piece < 10; piece += 1) source.write(Buffer.alloc(16_384, piece));
    source.end();
    assert.ok((await allOf(source)).chunks <= 2);
  });

  it('leaves bytes alone that share their memory with others', async () => {
    const shared = Buffer.alloc(100, 7);
    const { whole } = await allOf(Readable.from([shared.subarray(0, 50)], { objectMode: false }));
    assert.equal(whole.length, 50);
    assert.equal(shared.length, 100);
  });

  it('gives what came, then throws what the stream failed with', async () => {
    const source = new PassThrough();
    const iterator = gather(source);
    source.write(Buffer.alloc(10));
    assert.equal((await iterator.next()).value?.length, 10);
    source.destroy(new Error('cut'));
    await assert.rejects(iterator.next(), /cut/);
  });

  it('throws when the stream closes without an end', async () => {
    const source = new PassThrough();
    const iterator = gather(source);
    const next = iterator.next();
    source.destroy();
    await assert.rejects(next, /closed before its end/);
  });

  it('destroys the stream of a receiver that leaves', async () => {
    const source = new PassThrough();
    source.write(Buffer.alloc(10));
    for await (const bytes of gather(source)) {
      assert.equal(bytes.length, 10);
      break;
    }
    assert.ok(source.destroyed);
  });

  it('takes no more than two buffers from a stream whose receiver waits', async () => {
    let made = 0;
    const source = new Readable({
      read() {
        made += 65_536;
        this.push(made > 8 * 1024 * 1024 ? null : Buffer.alloc(65_536));
      },
    });
    const iterator = gather(source);
    await iterator.next();
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    assert.ok(made <= 1024 * 1024, `${made} bytes were taken`);
    await iterator.return();
  });
});
