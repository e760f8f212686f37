import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { readSealed, type Sealed } from '../flow/index.ts';
import { toHex } from '../lib/bytes/bytes.ts';
import { MdmError } from '../lib/errors/mdm-error.ts';
import { systemRandom } from '../lib/random.ts';
import type { ReplicaId, ReplicaWriter, Storage } from './storage.ts';

/** A store made for one test. */
export interface StoreUnderTest {
  readonly storage: Storage;
  /** Open the same place again, as after a crash of the process. */
  readonly reopen: () => Promise<Storage>;
}

/** A back end under the suite. Stores must cut chunks at 1,000 bytes, to make borders common. */
export interface StorageSuite {
  readonly name: string;
  /** The mint, which only tests may pass around. */
  readonly seal: (bytes: Uint8Array) => Sealed<Uint8Array>;
  open(t: TestContext, options: { readonly capacityBytes: number }): Promise<StoreUnderTest>;
}

/** The contract of `Storage`: every back end calls this from its test file. */
export function storageSuite(suite: StorageSuite): void {
  for (const [title, run] of Object.entries(cases))
    test(`${suite.name}: ${title}`, { timeout: 10_000 }, (t) => run(suite, t));
}

/** Everything an iterable gives. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

type Case = (suite: StorageSuite, t: TestContext) => Promise<void>;

const freshId = (): ReplicaId => toHex(systemRandom.bytes(16)) as ReplicaId;
const patterned = (size: number, seed = 0): Uint8Array =>
  Uint8Array.from({ length: size }, (_, index) => (index * 31 + (index >> 8) + seed) & 255);

async function store(suite: StorageSuite, t: TestContext, capacityBytes = 1_000_000) {
  return suite.open(t, { capacityBytes });
}

/** Write `bytes` in pieces of `step`. */
async function writeAll(
  suite: StorageSuite,
  writer: ReplicaWriter,
  options: { readonly bytes: Uint8Array; readonly step?: number },
): Promise<void> {
  const { bytes, step = 333 } = options;
  for (let offset = 0; offset < bytes.length; offset += step)
    await writer.write(suite.seal(bytes.subarray(offset, offset + step)));
}

/** A committed replica of `size` bytes. */
async function stored(suite: StorageSuite, storage: Storage, size: number) {
  const id = freshId();
  const bytes = patterned(size, id.charCodeAt(0));
  const writer = await storage.create(id, await storage.reserve(size));
  await writeAll(suite, writer, { bytes });
  await writer.commit();
  return { id, bytes };
}

async function read(stream: AsyncIterable<Sealed<Uint8Array>>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) {
    assert.ok(readSealed(piece).length > 0, 'a piece is never empty');
    pieces.push(new Uint8Array(readSealed(piece)));
  }
  return Buffer.concat(pieces);
}

const listed = async (storage: Storage): Promise<ReplicaId[]> =>
  (await collect(storage.list())).map(({ id }) => id);

const cases: Readonly<Record<string, Case>> = {
  'gives back every range of what was committed': async (suite, t) => {
    const { storage } = await store(suite, t);
    const { id, bytes } = await stored(suite, storage, 2_500);
    const ranges = [0, 1, 999, 1_000, 1_001, 2_000, 2_499, 2_500];
    for (const start of ranges)
      for (const end of ranges.filter((end) => end >= start)) {
        const part = await read(storage.open(id, { offset: start, length: end - start }, {}));
        assert.deepEqual(part, Buffer.from(bytes.subarray(start, end)));
      }
    assert.deepEqual(await collect(storage.list()), [{ id, size: 2_500 }]);
    assert.deepEqual(await storage.stat(id), { watermark: 2_500, state: 'complete' });
  },

  'a piece stays as it was until the next is asked for, whoever else reads': async (suite, t) => {
    const { storage } = await store(suite, t);
    const { id, bytes } = await stored(suite, storage, 5_000);
    const slow = storage.open(id, { offset: 0, length: 5_000 }, {})[Symbol.asyncIterator]();
    const first = await slow.next();
    assert.ok(first.done !== true);
    await read(storage.open(id, { offset: 2_000, length: 3_000 }, {}));
    const held = readSealed(first.value);
    assert.deepEqual(Buffer.from(held), Buffer.from(bytes.subarray(0, held.length)));
    await slow.return?.();
  },

  'the writer may reuse its memory once a write has settled': async (suite, t) => {
    const { storage } = await store(suite, t);
    const id = freshId();
    const writer = await storage.create(id, await storage.reserve(0));
    const slab = new Uint8Array(1_500);
    for (const value of [1, 2, 3]) await writer.write(suite.seal(slab.fill(value)));
    await writer.commit();
    const all = await read(storage.open(id, { offset: 0, length: 4_500 }, {}));
    assert.deepEqual([all[0], all[1_499], all[1_500], all[4_499]], [1, 1, 2, 3]);
  },

  'an empty replica is a replica': async (suite, t) => {
    const { storage, reopen } = await store(suite, t);
    const { id } = await stored(suite, storage, 0);
    for (const again of [storage, await reopen()]) {
      assert.deepEqual(await listed(again), [id]);
      assert.deepEqual([...(await read(again.open(id, { offset: 0, length: 0 }, {})))], []);
      assert.deepEqual([...(await read(again.follow(id, 0, {})))], []);
    }
  },

  'a range beyond the end is refused': async (suite, t) => {
    const { storage } = await store(suite, t);
    const { id } = await stored(suite, storage, 10);
    for (const range of [
      { offset: 0, length: 11 },
      { offset: 11, length: 0 },
      { offset: -1, length: 1 },
      { offset: Number.NaN, length: 1 },
    ])
      await assert.rejects(read(storage.open(id, range, {})), { code: 'STORAGE_RANGE_INVALID' });
    await assert.rejects(read(storage.follow(id, 11, {})), { code: 'STORAGE_RANGE_INVALID' });
  },

  'an unknown replica is not found': async (suite, t) => {
    const { storage } = await store(suite, t);
    const id = freshId();
    const whole = { offset: 0, length: 0 };
    await assert.rejects(read(storage.open(id, whole, {})), { code: 'STORAGE_NOT_FOUND' });
    await assert.rejects(read(storage.follow(id, 0, {})), { code: 'STORAGE_NOT_FOUND' });
    assert.equal(await storage.stat(id), undefined);
    await storage.delete(id);
  },

  'an id is used once': async (suite, t) => {
    const { storage } = await store(suite, t);
    const { id } = await stored(suite, storage, 10);
    const again = storage.create(id, await storage.reserve(0));
    await assert.rejects(again, { code: 'STORAGE_REPLICA_EXISTS' });
    const growing = freshId();
    await storage.create(growing, await storage.reserve(0));
    const twice = storage.create(growing, await storage.reserve(0));
    await assert.rejects(twice, { code: 'STORAGE_REPLICA_EXISTS' });
  },

  'a growing replica is followed, and not listed or opened': async (suite, t) => {
    const { storage } = await store(suite, t);
    const id = freshId();
    const writer = await storage.create(id, await storage.reserve(10_000));
    await writer.write(suite.seal(patterned(700)));
    assert.deepEqual(await storage.stat(id), { watermark: 700, state: 'growing' });
    assert.deepEqual(await listed(storage), []);
    const opened = read(storage.open(id, { offset: 0, length: 1 }, {}));
    await assert.rejects(opened, { code: 'STORAGE_NOT_FOUND' });
    const follower = storage.follow(id, 600, {})[Symbol.asyncIterator]();
    const first = await follower.next();
    assert.equal(first.done, false);
    assert.deepEqual(
      Buffer.from(readSealed(first.value)),
      Buffer.from(patterned(700).subarray(600)),
    );
    const next = follower.next();
    assert.deepEqual(await writer.commit(), { size: 700 });
    assert.deepEqual(await next, { done: true, value: undefined });
  },

  'followers at different speeds all get everything': async (suite, t) => {
    const { storage } = await store(suite, t);
    const id = freshId();
    const bytes = patterned(12_345);
    const writer = await storage.create(id, await storage.reserve(bytes.length));
    const gate = Promise.withResolvers<void>();
    const slow = async (offset: number): Promise<Uint8Array> => {
      const pieces: Uint8Array[] = [];
      for await (const piece of storage.follow(id, offset, {})) {
        await gate.promise;
        pieces.push(new Uint8Array(readSealed(piece)));
      }
      return Buffer.concat(pieces);
    };
    const fast = [0, 1, 999, 1_000, 5_000, 12_345].map((offset) =>
      read(storage.follow(id, offset, {})),
    );
    const held = [slow(0), slow(2_500)];
    await writeAll(suite, writer, { bytes, step: 700 });
    await writer.commit();
    const rest = (offset: number): Buffer => Buffer.from(bytes.subarray(offset));
    assert.deepEqual(await Promise.all(fast), [0, 1, 999, 1_000, 5_000, 12_345].map(rest));
    gate.resolve();
    assert.deepEqual(await Promise.all(held), [0, 2_500].map(rest));
  },

  'an abort fails the followers: never a short end': async (suite, t) => {
    const { storage } = await store(suite, t);
    const id = freshId();
    const writer = await storage.create(id, await storage.reserve(5_000));
    await writeAll(suite, writer, { bytes: patterned(2_500) });
    const waiting = storage.follow(id, 2_500, {})[Symbol.asyncIterator]();
    const behind = storage.follow(id, 0, {})[Symbol.asyncIterator]();
    const blocked = waiting.next();
    assert.equal((await behind.next()).done, false);
    await Promise.all([
      assert.rejects(blocked, { code: 'STORAGE_REPLICA_ABORTED', disposition: 'transient' }),
      writer.abort(),
    ]);
    await assert.rejects(behind.next(), { code: 'STORAGE_REPLICA_ABORTED' });
    await assert.rejects(writer.write(suite.seal(patterned(1))), {
      code: 'STORAGE_REPLICA_ABORTED',
    });
    await writer.abort();
    assert.equal(await storage.stat(id), undefined);
    assert.deepEqual(await listed(storage), []);
  },

  'an abort while a write or a commit is under way wins': async (suite, t) => {
    const { storage } = await store(suite, t);
    for (const call of ['write', 'commit'] as const) {
      const id = freshId();
      const writer = await storage.create(id, await storage.reserve(5_000));
      await writer.write(suite.seal(patterned(10)));
      const late = call === 'write' ? writer.write(suite.seal(patterned(4_000))) : writer.commit();
      const refused = assert.rejects(late, { code: 'STORAGE_REPLICA_ABORTED' });
      await writer.abort();
      await refused;
      assert.equal(await storage.stat(id), undefined);
    }
    assert.deepEqual(await listed(storage), []);
  },

  'readers and followers are cancelled by their signal': async (suite, t) => {
    const { storage } = await store(suite, t);
    const { id } = await stored(suite, storage, 5_000);
    const growing = freshId();
    await storage.create(growing, await storage.reserve(0));
    const reason = new Error('the client left');
    const cancel = new AbortController();
    const { signal } = cancel;
    const opened = storage.open(id, { offset: 0, length: 5_000 }, { signal });
    const reader = opened[Symbol.asyncIterator]();
    await reader.next();
    const waiting = storage.follow(growing, 0, { signal })[Symbol.asyncIterator]().next();
    cancel.abort(reason);
    await assert.rejects(waiting, reason);
    await assert.rejects(reader.next(), reason);
    await assert.rejects(read(storage.follow(growing, 0, { signal })), reason);
  },

  'a reader that leaves early holds nobody up': async (suite, t) => {
    const { storage } = await store(suite, t);
    const id = freshId();
    const writer = await storage.create(id, await storage.reserve(2_500));
    await writer.write(suite.seal(patterned(2_500)));
    for await (const _ of storage.follow(id, 0, {})) break;
    await writer.commit();
    for await (const _ of storage.open(id, { offset: 0, length: 2_500 }, {})) break;
    await storage.delete(id);
    assert.equal((await storage.reserve(1_000_000)).release(), undefined);
  },

  'a deleted replica is gone, except for who is reading it': async (suite, t) => {
    const { storage, reopen } = await store(suite, t);
    const { id, bytes } = await stored(suite, storage, 3_500);
    const reader = storage.open(id, { offset: 0, length: 3_500 }, {})[Symbol.asyncIterator]();
    const first = await reader.next();
    assert.ok(first.done !== true);
    const pieces = [new Uint8Array(readSealed(first.value))];
    await storage.delete(id);
    await storage.delete(id);
    assert.deepEqual(await listed(storage), []);
    assert.equal(await storage.stat(id), undefined);
    for (let next = await reader.next(); next.done !== true; next = await reader.next())
      pieces.push(new Uint8Array(readSealed(next.value)));
    assert.deepEqual(Buffer.concat(pieces), Buffer.from(bytes));
    assert.deepEqual(await listed(await reopen()), []);
  },

  'the bound holds: reserved, used and given back': async (suite, t) => {
    const { storage } = await store(suite, t, 10_000);
    const full = { code: 'STORAGE_FULL', disposition: 'transient' };
    const kept = await storage.reserve(6_000);
    await assert.rejects(storage.reserve(4_001), full);
    (await storage.reserve(4_000)).release();
    const writer = await storage.create(freshId(), kept);
    // Beyond its reservation a writer takes what is free, and fails where nothing is.
    await writer.write(suite.seal(patterned(9_000)));
    await assert.rejects(storage.reserve(1_001), full);
    await assert.rejects(writer.write(suite.seal(patterned(2_000))), full);
    await writer.abort();
    kept.release();
    kept.release();
    const { id } = await stored(suite, storage, 10_000);
    await assert.rejects(storage.reserve(1), full);
    await storage.delete(id);
    (await storage.reserve(10_000)).release();
  },

  'says how much room there is': async (suite, t) => {
    const { storage } = await store(suite, t, 10_000);
    await stored(suite, storage, 2_000);
    const kept = await storage.reserve(3_000);
    const { usedBytes, limitBytes, freeBytes } = await storage.space();
    assert.deepEqual([usedBytes, limitBytes, freeBytes], [2_000, 10_000, 5_000]);
    await assert.rejects(storage.reserve(6_000), (error: unknown) => {
      assert.ok(error instanceof MdmError);
      assert.deepEqual(error.context, { wanted: 6_000, free: 5_000, missing: 1_000 });
      return true;
    });
    kept.release();
    assert.equal((await storage.space()).freeBytes, 8_000);
  },

  'one reservation serves several replicas': async (suite, t) => {
    const { storage } = await store(suite, t, 3_000);
    const reservation = await storage.reserve(3_000);
    for (const size of [1_000, 500]) {
      const writer = await storage.create(freshId(), reservation);
      await writer.write(suite.seal(patterned(size)));
      await writer.commit();
    }
    await assert.rejects(storage.reserve(1), { code: 'STORAGE_FULL' });
    reservation.release();
    (await storage.reserve(1_500)).release();
    await assert.rejects(storage.reserve(1_501), { code: 'STORAGE_FULL' });
  },

  'after a crash, committed replicas are there and leftovers are gone': async (suite, t) => {
    const { storage, reopen } = await store(suite, t, 10_000);
    const { id, bytes } = await stored(suite, storage, 2_345);
    const unfinished = freshId();
    const writer = await storage.create(unfinished, await storage.reserve(5_000));
    await writer.write(suite.seal(patterned(4_000)));
    const again = await reopen();
    assert.deepEqual(await collect(again.list()), [{ id, size: 2_345 }]);
    assert.deepEqual(await read(again.follow(id, 0, {})), Buffer.from(bytes));
    assert.equal(await again.stat(unfinished), undefined);
    (await again.reserve(10_000 - 2_345)).release();
    await assert.rejects(again.reserve(10_001 - 2_345), { code: 'STORAGE_FULL' });
    await writer.abort();
  },
};
