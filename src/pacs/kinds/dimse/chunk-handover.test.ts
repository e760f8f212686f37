import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChunkHandover } from './chunk-handover.ts';

const isSettled = async (promise: void | Promise<void>): Promise<boolean> => {
  const pending = Symbol('pending');
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
};

test('a write settles when the reader asks for the next chunk, not before', async () => {
  const chunks = new ChunkHandover();
  const iterator = chunks[Symbol.asyncIterator]();
  const memory = Uint8Array.of(1);
  const first = chunks.write(memory);
  assert.equal((await iterator.next()).value, memory);
  assert.equal(await isSettled(first), false);
  const next = iterator.next();
  await first;
  memory[0] = 2; // the writer uses the memory again
  const second = chunks.write(memory);
  assert.deepEqual((await next).value, Uint8Array.of(2));
  const end = iterator.next();
  await second;
  chunks.finish();
  assert.equal((await end).done, true);
});

test('a reader that leaves lets the writer run free', async () => {
  const chunks = new ChunkHandover();
  const blocked = chunks.write(Uint8Array.of(1));
  for await (const _ of chunks) break;
  await blocked;
  assert.equal(chunks.write(Uint8Array.of(2)), undefined);
  assert.equal(chunks.isDiscarded, false);
});

test('a failure reaches the reader even behind a chunk, and frees the writer', async () => {
  const chunks = new ChunkHandover();
  const iterator = chunks[Symbol.asyncIterator]();
  const blocked = chunks.write(Uint8Array.of(1));
  await iterator.next();
  chunks.fail(new Error('connection lost'));
  await blocked;
  await assert.rejects(iterator.next(), /connection lost/);
});

test('what is thrown away does not count as received, unless it had ended', async () => {
  const chunks = new ChunkHandover();
  chunks.discard(new Error('cancelled'));
  assert.equal(chunks.isDiscarded, true);
  await assert.rejects(chunks[Symbol.asyncIterator]().next(), /cancelled/);
  const ended = new ChunkHandover();
  ended.finish();
  ended.discard(new Error('cancelled'));
  assert.equal(ended.isDiscarded, false);
});
