import assert from 'node:assert/strict';
import { readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { readSealed } from '../../src/flow/index.ts';
import { sealed } from '../../src/flow/mint/sealed.ts';
import { codeOf } from '../../src/lib/errors/mdm-error.ts';
import { openDiskStorage } from '../../src/storage/backends/disk/index.ts';
import {
  type ReplicaId,
  type ReplicaWriter,
  type Storage,
  storageErrors,
  storageLimits,
} from '../../src/storage/index.ts';
import { tempFolder } from '../support/temp.ts';

const limits = { ...storageLimits, chunkBytes: 100, readBytes: 33 };
const capacityBytes = 1_500;
const idOf = (slot: number): ReplicaId => `${slot}`.repeat(32) as ReplicaId;

const slot = fc.integer({ min: 0, max: 3 });
const step = fc.oneof(
  fc.record({ kind: fc.constant('create' as const), slot, reserve: fc.nat(900) }),
  fc.record({ kind: fc.constant('write' as const), slot, count: fc.nat(350) }),
  fc.record({
    kind: fc.constantFrom('commit' as const, 'abort' as const, 'delete' as const),
    slot,
  }),
  fc.record({ kind: fc.constant('read' as const), slot, start: fc.nat(400), length: fc.nat(400) }),
  fc.record({ kind: fc.constant('reopen' as const), slot }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Growing {
  readonly writer: ReplicaWriter;
  readonly written: number[];
  reservedLeft: number;
}

/** The simplest thing that behaves like a store: arrays in memory. */
class Model {
  readonly complete = new Map<number, number[]>();
  readonly growing = new Map<number, Growing>();

  /** What is used and set aside. */
  get taken(): number {
    let bytes = 0;
    for (const content of this.complete.values()) bytes += content.length;
    for (const { written, reservedLeft } of this.growing.values())
      bytes += written.length + Math.max(0, reservedLeft);
    return bytes;
  }
}

async function bytesOf(storage: Storage, id: ReplicaId, range: { offset: number; length: number }) {
  const bytes: number[] = [];
  for await (const piece of storage.open(id, range, {})) bytes.push(...readSealed(piece));
  return bytes;
}

async function attempt(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    return code;
  }
}

class Run {
  readonly model = new Model();
  readonly path: string;
  storage: Storage;
  #next = 0;
  readonly #releases = new Map<number, () => void>();

  constructor(path: string, storage: Storage) {
    this.path = path;
    this.storage = storage;
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'create':
        return this.create(step.slot, step.reserve);
      case 'write':
        return this.write(step.slot, step.count);
      case 'commit':
        return this.commit(step.slot);
      case 'abort':
        return this.abort(step.slot);
      case 'delete':
        await this.storage.delete(idOf(step.slot));
        this.model.complete.delete(step.slot);
        return this.forget(step.slot);
      case 'read':
        return this.read(step);
      case 'reopen':
        return this.reopen();
    }
  }

  /** As after a crash; the old writers then let go of their files. */
  async reopen(): Promise<void> {
    const old = [...this.model.growing];
    this.storage = await open(this.path);
    for (const [slot, { writer }] of old) {
      await writer.abort();
      this.forget(slot);
    }
  }

  async create(slot: number, reserve: number): Promise<void> {
    const fits = reserve <= capacityBytes - this.model.taken;
    if (!fits) {
      await assert.rejects(this.storage.reserve(reserve), { code: 'STORAGE_FULL' });
      return;
    }
    const reservation = await this.storage.reserve(reserve);
    const taken = this.model.complete.has(slot) || this.model.growing.has(slot);
    const created = this.storage.create(idOf(slot), reservation);
    if (taken) {
      assert.equal(await attempt(created), 'STORAGE_REPLICA_EXISTS');
      reservation.release();
      return;
    }
    this.model.growing.set(slot, { writer: await created, written: [], reservedLeft: reserve });
    this.#releases.set(slot, () => reservation.release());
  }

  async write(slot: number, count: number): Promise<void> {
    const growing = this.model.growing.get(slot);
    if (growing === undefined) return;
    const bytes = Uint8Array.from({ length: count }, () => (this.#next += 7) & 255);
    const beyond = Math.max(0, count - Math.max(0, growing.reservedLeft));
    const fits = beyond <= capacityBytes - this.model.taken;
    const code = await attempt(growing.writer.write(sealed(bytes)));
    assert.equal(code, fits ? undefined : 'STORAGE_FULL');
    if (!fits) return this.abort(slot);
    growing.written.push(...bytes);
    growing.reservedLeft -= count;
  }

  async commit(slot: number): Promise<void> {
    const growing = this.model.growing.get(slot);
    if (growing === undefined) return;
    assert.deepEqual(await growing.writer.commit(), { size: growing.written.length });
    this.forget(slot);
    this.model.complete.set(slot, growing.written);
  }

  async abort(slot: number): Promise<void> {
    await this.model.growing.get(slot)?.writer.abort();
    this.forget(slot);
  }

  forget(slot: number): void {
    this.model.growing.delete(slot);
    this.#releases.get(slot)?.();
    this.#releases.delete(slot);
  }

  async read(step: { slot: number; start: number; length: number }): Promise<void> {
    const content = this.model.complete.get(step.slot);
    const range = { offset: step.start, length: step.length };
    const end = step.start + step.length;
    if (content === undefined)
      assert.equal(
        await attempt(bytesOf(this.storage, idOf(step.slot), range)),
        'STORAGE_NOT_FOUND',
      );
    else if (end > content.length)
      assert.equal(
        await attempt(bytesOf(this.storage, idOf(step.slot), range)),
        'STORAGE_RANGE_INVALID',
      );
    else
      assert.deepEqual(
        await bytesOf(this.storage, idOf(step.slot), range),
        content.slice(step.start, end),
      );
  }

  /** What the store says and what the model says. */
  async compare(): Promise<void> {
    const listed: Record<string, number> = {};
    for await (const { id, size } of this.storage.list()) listed[id] = size;
    const expected: Record<string, number> = {};
    for (const [slot, content] of this.model.complete) expected[idOf(slot)] = content.length;
    assert.deepEqual(listed, expected);
    const free = capacityBytes - this.model.taken;
    (await this.storage.reserve(free)).release();
    await assert.rejects(this.storage.reserve(free + 1), { code: 'STORAGE_FULL' });
  }
}

function open(path: string): Promise<Storage> {
  return openDiskStorage({ name: 'disk', path, capacityBytes, limits });
}

test('a disk store behaves like arrays in memory', async (t) => {
  const root = await tempFolder(t);
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const path = join(root, `${(round += 1)}`);
      const run = new Run(path, await open(path));
      for (const one of steps) await run.take(one);
      await run.compare();
      await run.take({ kind: 'reopen', slot: 0 });
      await run.compare();
    }),
    { numRuns: 60 },
  );
});

test('whatever happens to its files, a store answers with a code or the right bytes', async (t) => {
  const root = await tempFolder(t);
  const content = Uint8Array.from({ length: 250 }, (_, index) => index);
  let round = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.nat(10),
      fc.oneof(fc.nat(300), fc.uint8Array({ maxLength: 300 })),
      async (pick, damage) => {
        const path = join(root, `${(round += 1)}`);
        const store = await open(path);
        const writer = await store.create(idOf(1), await store.reserve(250));
        await writer.write(sealed(content));
        await writer.commit();
        const names = (await readdir(path, { recursive: true })).filter((name) =>
          /\.(chunk|json)$/.test(name),
        );
        const victim = join(path, names[pick % names.length] ?? '');
        if (typeof damage === 'number') await truncate(victim, damage);
        else await writeFile(victim, damage);
        await checkAnswer(path, { content, isChunk: victim.endsWith('.chunk') });
      },
    ),
    { numRuns: 60 },
  );
});

/** Replaced chunk bytes are for the seal to find; lengths and manifests are the store's. */
async function checkAnswer(
  path: string,
  expected: { readonly content: Uint8Array; readonly isChunk: boolean },
): Promise<void> {
  try {
    const store = await open(path);
    const bytes = await bytesOf(store, idOf(1), { offset: 0, length: 250 });
    assert.equal(bytes.length, 250);
    if (!expected.isChunk) assert.deepEqual(Uint8Array.from(bytes), expected.content);
  } catch (error) {
    assert.ok(storageErrors.has(error), `a coded error, not ${String(error)}`);
  }
}
