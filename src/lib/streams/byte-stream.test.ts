import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectBytes } from './byte-stream.ts';

const options = { maxBytes: 4, tooLong: () => new Error('too long') };

for (const memory of [new Uint8Array(2), Buffer.alloc(2)])
  test(`collects all bytes, copying a reused ${memory.constructor.name}`, async () => {
    function* reusing(): Generator<Uint8Array> {
      yield memory.fill(1);
      yield memory.fill(2);
    }
    assert.deepEqual([...(await collectBytes(reusing(), options))], [1, 1, 2, 2]);
  });

test('refuses one byte beyond the limit, and lets the source go without reading on', async () => {
  let released = false;
  let asked = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        asked += 1;
        yield new Uint8Array(3);
      }
    } finally {
      released = true;
    }
  }
  await assert.rejects(collectBytes(endless(), options), /too long/);
  assert.equal(asked, 2);
  assert.ok(released);
});

test('nothing is the empty byte string', async () => {
  assert.equal((await collectBytes([], options)).length, 0);
});
