import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { AssertionFailure } from '../assert.ts';
import { ChannelClosed, createChannel } from './channel.ts';

/** Whether a promise has settled once all that can run now has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const settle = (): boolean => (settled = true);
  promise.then(settle, settle);
  await new Promise(setImmediate);
  return settled;
}

async function readAll<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

test('gives what was sent, in order, undefined too, whatever the capacity', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(4),
      fc.array(fc.option(fc.nat(), { nil: undefined })),
      async (n, all) => {
        const channel = createChannel<number | undefined>(n);
        const reading = readAll(channel);
        for (const one of all) await channel.send(one);
        channel.close();
        assert.deepEqual(await reading, all);
      },
    ),
  );
});

test('with capacity 0 a send waits until the reader asks for the value after it', async () => {
  const channel = createChannel<string>(0);
  const sending = channel.send('a');
  const reader = channel[Symbol.asyncIterator]();
  assert.deepEqual(await reader.next(), { value: 'a', done: false });
  assert.equal(await isSettled(sending), false, 'the reader still holds the value');
  const next = reader.next();
  assert.equal(await isSettled(sending), true);
  channel.close();
  assert.equal((await next).done, true);
});

test('with capacity 2 a send waits while two are held', async () => {
  const channel = createChannel<number>(2);
  await channel.send(1);
  const second = channel.send(2);
  assert.equal(await isSettled(second), false);
  const reader = channel[Symbol.asyncIterator]();
  await reader.next();
  assert.equal(await isSettled(second), true);
});

test('a failure reaches the reader after the values sent before it', async () => {
  const channel = createChannel<number>(3);
  await channel.send(1);
  channel.fail(new Error('source died'));
  const seen: number[] = [];
  await assert.rejects(async () => {
    for await (const value of channel) seen.push(value);
  }, /source died/);
  assert.deepEqual(seen, [1]);
});

test('the first of close and fail counts', async () => {
  const channel = createChannel<number>(1);
  channel.close();
  channel.fail(new Error('too late'));
  assert.deepEqual(await readAll(channel), []);
});

test('a writer learns that the reader has left, at once and at every later send', async () => {
  const channel = createChannel<number>(0);
  const sending = channel.send(1);
  const failure = assert.rejects(sending, ChannelClosed);
  for await (const value of channel) {
    assert.equal(value, 1);
    break;
  }
  await failure;
  await assert.rejects(channel.send(2), ChannelClosed);
});

test('sending after close, twice at once, or with a broken capacity is a bug', () => {
  const channel = createChannel<number>(0);
  channel.send(1).catch(() => {});
  assert.throws(() => channel.send(2), AssertionFailure);
  channel.close();
  assert.throws(() => channel.send(3), AssertionFailure);
  assert.throws(() => createChannel(-1), AssertionFailure);
  assert.throws(() => createChannel(1.5), AssertionFailure);
});
