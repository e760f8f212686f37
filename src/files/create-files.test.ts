import assert from 'node:assert/strict';
import { open, readdir, truncate } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import {
  callerNamed,
  entryFor,
  type FilesBench,
  instancePath,
  openFilesBench,
  plaintextOf,
} from '../../test/support/files-bench.ts';
import { storageErrors } from '../storage/errors.ts';
import type { OpenFile, RangeRequest } from './files.ts';
import { filesLimits } from './limits.ts';

const alice = callerNamed('alice');
const lister = callerNamed('lister');
const stranger = callerNamed('stranger');
const entries = [entryFor('alice', 'list', 'read', 'read-metadata'), entryFor('lister', 'list')];
const openCt = { name: 'ct', delivery: 'open', entries } as const;
const sealedCt = { name: 'vault', delivery: 'sealed', entries } as const;
const openPath = instancePath(openCt);
const sealedPath = instancePath(sealedCt);
const plain = plaintextOf({ name: 'i-1.dcm' });

const whole = { range: undefined, ifRange: undefined };
const from = (first: number, last?: number): RangeRequest => ({ kind: 'from', first, last });

async function bytesOf(opened: OpenFile): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of opened.body) chunks.push(chunk.slice());
  return Buffer.concat(chunks);
}

async function read(bench: FilesBench, path = openPath): Promise<Buffer> {
  return bytesOf(await bench.files.open(alice, path, whole));
}

/** Change one byte of a stored replica, or cut it. */
async function damage(bench: FilesBench, at: number | 'cut'): Promise<void> {
  const chunk = (await readdir(bench.folder, { recursive: true })).find((name) =>
    name.endsWith('00000.chunk'),
  );
  const path = join(bench.folder, chunk ?? 'no chunk');
  if (at === 'cut') {
    await truncate(path, 100_000);
    return;
  }
  await using file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, at);
  byte[0] = (byte[0] ?? 0) ^ 1;
  await file.write(byte, 0, 1, at);
}

test('a page of a listing lets others have their turn, so that many pages hold up nobody', async (t) => {
  const { files } = await openFilesBench(t, [openCt]);
  const order: string[] = [];
  const other = setImmediate().then(() => order.push('other'));
  const page = files.list(alice, '/berlin', { cursor: undefined, limit: 9 });
  await Promise.all([other, page.then(() => order.push('page'))]);
  assert.deepEqual(order, ['other', 'page']);
});

test('a cold read waits for the recall; the warm one asks for none', async (t) => {
  const bench = await openFilesBench(t, [openCt]);
  assert.equal((await bench.files.stat(alice, openPath, {})).size, undefined);
  assert.ok((await read(bench)).equals(plain));
  assert.ok((await read(bench)).equals(plain));
  assert.equal(bench.recall.asked.length, 1);
  assert.equal(bench.recall.attached(), 0);
  assert.equal((await bench.files.stat(alice, openPath, {})).size, plain.length);
});

test('the record comes before the bytes; without it there are none', async (t) => {
  const bench = await openFilesBench(t, [openCt, sealedCt]);
  await bytesOf(await bench.files.open(alice, openPath, { ...whole, range: from(10, 19) }));
  assert.equal(bench.disclosures.at(-1)?.bytes, 10);
  await bench.metadata.receipts(alice, openPath);
  assert.equal(bench.disclosures.at(-1)?.detail, 'receipts');
  const query = { under: '/', conditions: [], after: undefined, limit: 10 };
  await bench.metadata.find(alice, query);
  assert.equal(bench.disclosures.at(-1)?.action, 'find');
  bench.auditFails = true;
  for (const path of [openPath, sealedPath]) {
    await assert.rejects(bench.files.open(alice, path, whole), /audit/);
  }
  await assert.rejects(bench.metadata.receipts(alice, openPath), /audit/);
  await assert.rejects(bench.metadata.find(alice, query), /audit/);
  assert.equal(bench.recall.attached(), 0);
});

test('ranges are served as asked, of any form', async (t) => {
  const bench = await openFilesBench(t, [openCt, sealedCt]);
  await read(bench);
  const sealed = await read(bench, sealedPath);
  for (const [path, content] of [
    [openPath, plain],
    [sealedPath, sealed],
  ] as const) {
    for (const [range, start, end] of [
      [from(0, 0), 0, 1],
      [from(65_535, 65_536), 65_535, 65_537],
      [from(131_000), 131_000, content.length],
      [from(5, 10 ** 12), 5, content.length],
      [{ kind: 'suffix', length: 7 }, content.length - 7, content.length],
      [{ kind: 'suffix', length: 10 ** 12 }, 0, content.length],
    ] as const) {
      const opened = await bench.files.open(alice, path, { range, ifRange: undefined });
      assert.deepEqual(opened.range, { offset: start, length: end - start });
      assert.ok((await bytesOf(opened)).equals(content.subarray(start, end)));
    }
    for (const range of [from(content.length), { kind: 'suffix', length: 0 } as const]) {
      const refused = bench.files.open(alice, path, { range, ifRange: undefined });
      await assert.rejects(refused, { code: 'FILES_RANGE_NOT_SATISFIABLE' });
    }
    const stale = await bench.files.open(alice, path, { range: from(5), ifRange: '"other"' });
    assert.equal(stale.range, undefined);
    assert.equal((await bytesOf(stale)).length, content.length);
  }
});

test('who may not know gets the answer of what is not there, for everything', async (t) => {
  const bench = await openFilesBench(t, [openCt, sealedCt]);
  await read(bench);
  await read(bench, sealedPath);
  const hidden = [openPath, sealedPath, `/berlin/ct`, `/berlin/ct/p-1`];
  const absent = ['/berlin/none', '/berlin/ct/p-1/t-1/s-ct/i-9.dcm', '/berlin/ct/p-9', '/paris'];
  for (const path of [...hidden, ...absent]) {
    for (const attempt of [
      bench.files.stat(stranger, path, {}),
      bench.files.list(stranger, path, { cursor: undefined, limit: 1 }),
      bench.files.open(stranger, path, whole),
      bench.metadata.receipts(stranger, path),
    ]) {
      await assert.rejects(attempt, { code: 'FILES_NOT_FOUND', message: 'FILES_NOT_FOUND' }, path);
    }
    const staged = await bench.files.stage(stranger, [path], { pinLifetimeSeconds: 60 });
    assert.equal(staged.files[0]?.failure, 'FILES_NOT_FOUND');
  }
  assert.deepEqual(await bench.files.list(stranger, '/berlin', { cursor: undefined, limit: 9 }), {
    entries: [],
    next: undefined,
  });
  const query = { under: '/', conditions: [], after: undefined, limit: 10 };
  assert.deepEqual(await bench.metadata.find(stranger, query), { entries: [], next: undefined });
});

test('a search below a path that is not there, or may not be known of, does not find nothing', async (t) => {
  const bench = await openFilesBench(t, [openCt, sealedCt]);
  const rows = [
    [alice, '/berlin/absent'],
    [alice, '/berlin/ct/absent'],
    [stranger, '/berlin/ct'],
    [stranger, '/berlin/absent'],
  ] as const;
  for (const [caller, under] of rows) {
    const query = { under, conditions: [], after: undefined, limit: 10 };
    await assert.rejects(bench.metadata.find(caller, query), { code: 'FILES_NOT_FOUND' }, under);
  }
});

test('a search by a keyword that no series can have does not find nothing', async (t) => {
  const bench = await openFilesBench(t, [openCt]);
  const conditions = [{ keyword: 'modality', operator: '=', value: 'CT' }] as const;
  const query = { under: '/', conditions, after: undefined, limit: 10 };
  await assert.rejects(bench.metadata.find(alice, query), {
    code: 'FILES_KEYWORD_INVALID',
    message: /Modality, SeriesDescription/,
  });
});

test('who sees but may not read gets neither bytes nor validators', async (t) => {
  const bench = await openFilesBench(t, [openCt]);
  await read(bench);
  const stat = await bench.files.stat(lister, openPath, {});
  assert.equal(stat.etag, undefined);
  assert.deepEqual(stat.digests, {});
  const forbidden = { code: 'FILES_FORBIDDEN' };
  await assert.rejects(bench.files.open(lister, openPath, whole), forbidden);
  await assert.rejects(bench.metadata.receipts(lister, openPath), forbidden);
  // A directory that is seen is a directory, whoever asks for its bytes.
  for (const path of ['/', '/berlin', '/berlin/ct']) {
    await assert.rejects(bench.files.open(lister, path, whole), { code: 'FILES_IS_A_DIRECTORY' });
  }
});

test('who may read but not list can ask for the size first', async (t) => {
  const bench = await openFilesBench(t, [{ ...openCt, entries: [entryFor('alice', 'read')] }]);
  await read(bench);
  assert.equal((await bench.files.stat(alice, openPath, {})).size, plain.length);
  const page = { cursor: undefined, limit: 5 };
  await assert.rejects(bench.files.list(alice, '/berlin/ct', page), { code: 'FILES_FORBIDDEN' });
});

test('a sealed collection has no plain form', async (t) => {
  const bench = await openFilesBench(t, [sealedCt]);
  const path = sealedPath.replace('.c4gh', '');
  await assert.rejects(bench.files.open(alice, path, whole), { code: 'FILES_NOT_FOUND' });
  await assert.rejects(bench.files.stat(alice, path, {}), { code: 'FILES_NOT_FOUND' });
  await assert.rejects(bench.metadata.receipts(alice, path), { code: 'FILES_NOT_FOUND' });
});

test('times above the collections do not move when a hidden one is made', async (t) => {
  const bench = await openFilesBench(t, [openCt]);
  const before = await bench.files.stat(stranger, '/berlin', {});
  bench.clock.advance(60_000);
  const offer = { ...sealedCt, site: 'berlin', formats: ['dcm'] } as const;
  const sequence = (await bench.catalog.inbox.appliedSequence()) + 1;
  await bench.catalog.inbox.apply([{ sequence, change: { kind: 'collection', offer } }]);
  assert.deepEqual(await bench.files.stat(stranger, '/berlin', {}), before);
});

test('a page has what its caller sees, and its cursor nothing else', async (t) => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const bench = await openFilesBench(
    t,
    names.map((name, index) => ({ ...openCt, name, entries: index % 2 === 0 ? [] : entries })),
  );
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await bench.files.list(alice, '/berlin', { cursor, limit: 1 });
    seen.push(...page.entries.map(({ name }) => name));
    cursor = page.next;
    if (cursor !== undefined) assert.ok(seen.includes(cursor));
  } while (cursor !== undefined);
  assert.deepEqual(seen, ['b', 'd', 'f']);
});

for (const [what, at] of [
  ['the magic', 0],
  ['the data key packet', 80],
  ['the first segment', 200],
  ['the last tag', 124 + 200_000 + 4 * 28 - 1],
  ['the end', 'cut'],
] as const) {
  test(`damage of ${what} is never delivered, and a recall heals it`, async (t) => {
    for (const [collection, path] of [
      [openCt, openPath],
      [sealedCt, sealedPath],
    ] as const) {
      const bench = await openFilesBench(t, [collection]);
      const good = await read(bench, path);
      await damage(bench, at);
      // Damage before the first byte is healed within the read; later the body breaks off.
      const outcome = await read(bench, path).catch((error: unknown) => error);
      if (!(outcome instanceof Buffer)) {
        assert.equal((outcome as { code?: string }).code, 'FILES_REPLICA_CORRUPT');
      } else if (collection.delivery === 'open') assert.ok(outcome.equals(good));
      const again = await read(bench, path);
      assert.equal(again.length, good.length);
      if (collection.delivery === 'open') assert.ok(again.equals(good));
      assert.equal(bench.recall.asked.length, 2);
    }
  });
}

test('a sealed reader who leaves at a bad segment finds a new replica the next time', async (t) => {
  const bench = await openFilesBench(t, [sealedCt]);
  await read(bench, sealedPath);
  await damage(bench, 150_000);
  const before = await bench.node(sealedPath);
  const opened = await bench.files.open(alice, sealedPath, { ...whole, range: from(0, 99_999) });
  for await (const _ of opened.body) break;
  for (let turns = 0; turns < 1000; turns += 1) {
    if ((await bench.node(sealedPath)).replica?.id !== before.replica?.id) break;
    await setImmediate();
  }
  assert.equal((await bench.node(sealedPath)).replica, undefined);
});

test('a replica evicted between look-up and opening is recalled', async (t) => {
  const bench = await openFilesBench(t, [openCt]);
  await read(bench);
  const { replica } = await bench.node(openPath);
  assert.ok(replica);
  // The catalog still says that it is there.
  await bench.storage.delete(replica.id);
  assert.ok((await read(bench)).equals(plain));
  assert.equal(bench.recall.asked.length, 2);
});

test('a store that is broken for good is an error, not a loop', async (t) => {
  const bench = await openFilesBench(t, [openCt]);
  Object.assign(bench.storage, {
    async *open() {
      yield* [];
      throw storageErrors.create('STORAGE_DAMAGED');
    },
  });
  await assert.rejects(read(bench), { code: 'FILES_REPLICA_CORRUPT' });
  assert.equal(bench.recall.asked.length, filesLimits.damagedTriesMax);
  assert.equal(bench.recall.attached(), 0);
});

test('a growing replica that fails breaks its readers off, before and after the first byte', async (t) => {
  const bench = await openFilesBench(t, [openCt]);
  bench.recall.play = async (file, stage) => {
    const growing = await stage.grow();
    await growing.write(plaintextOf(file).subarray(0, 150_000));
    await growing.abort();
  };
  await assert.rejects(read(bench), (error: { code?: string }) =>
    /^(RECALL|STORAGE)_/.test(error.code ?? ''),
  );
  assert.equal(bench.recall.attached(), 0);
});

test('the last bytes of a growing replica come when it is published, or not at all', async (t) => {
  const bench = await openFilesBench(t, [openCt]);
  bench.recall.play = async (file, stage) => {
    const growing = await stage.grow();
    await growing.write(plaintextOf(file));
    await growing.commit().catch((error: Error) => stage.fail(error));
  };
  const broken = t.mock.method(bench.catalog.versions, 'publish', () =>
    Promise.reject(new Error('disk')),
  );
  await assert.rejects(read(bench), /disk/);
  broken.mock.restore();
  assert.ok((await read(bench)).equals(plain));
  assert.equal((await bench.files.stat(alice, openPath, {})).size, plain.length);
  assert.equal(bench.recall.attached(), 0);
});

test('a cold read ends with the time to ask again, and gives its interest back', async (t) => {
  const bench = await openFilesBench(t, [openCt]);
  bench.recall.play = () => new Promise(() => undefined);
  const opening = bench.files.open(alice, openPath, whole);
  const refused = assert.rejects(opening, { code: 'RECALL_IN_PROGRESS' });
  while (bench.recall.asked.length === 0) await setImmediate();
  await setImmediate();
  bench.clock.advance(filesLimits.coldReadWaitMs);
  await refused;
  assert.equal(bench.recall.attached(), 0);
  assert.equal(bench.clock.pending(), 0);
});

test('a growing replica whose bytes do not come is waited for no longer', async (t) => {
  const bench = await openFilesBench(t, [openCt]);
  bench.recall.play = async (_file, stage) => void (await stage.grow());
  const opening = bench.files.open(alice, openPath, { ...whole, range: from(150_000) });
  const refused = assert.rejects(opening, { code: 'RECALL_IN_PROGRESS' });
  while (bench.recall.asked.length === 0) await setImmediate();
  for (let turns = 0; turns < 50; turns += 1) await setImmediate();
  bench.clock.advance(filesLimits.coldReadWaitMs);
  await refused;
  assert.equal(bench.recall.attached(), 0);
});

test('a reader who leaves before, or without reading anything, leaves nothing behind', async (t) => {
  const bench = await openFilesBench(t, [openCt]);
  const gone = new AbortController();
  bench.recall.play = () => new Promise(() => undefined);
  const opening = bench.files.open(alice, openPath, { ...whole, signal: gone.signal });
  const left = assert.rejects(opening, /left/);
  while (bench.recall.asked.length === 0) await setImmediate();
  gone.abort(new Error('left'));
  await left;
  assert.equal(bench.recall.attached(), 0);

  bench.recall.play = (_file, stage) => stage.produce();
  const later = new AbortController();
  await bench.files.open(alice, openPath, { ...whole, signal: later.signal });
  assert.equal(bench.recall.attached(), 1);
  later.abort(new Error('left'));
  assert.equal(bench.recall.attached(), 0);
});

test('a right that was taken while the reader waited is not held any more', async (t) => {
  const bench = await openFilesBench(t, [openCt]);
  bench.recall.play = async (_file, stage) => {
    bench.setPolicy('ct', [entryFor('alice', 'list')]);
    await stage.produce();
  };
  await assert.rejects(read(bench), { code: 'FILES_FORBIDDEN' });
  assert.deepEqual(bench.disclosures, []);
});

test('a download is cut soon after its reader lost the right, or it was withdrawn or locked', async (t) => {
  const withdrawal = async (bench: FilesBench): Promise<void> => {
    const sequence = (await bench.catalog.inbox.appliedSequence()) + 1;
    const change = {
      kind: 'series-withdrawn',
      place: {
        site: 'berlin',
        collection: 'ct',
        patientName: 'p-1',
        studyName: 't-1',
        seriesName: 's-ct',
      },
      reason: 'opt-out',
    } as const;
    await bench.catalog.inbox.apply([{ sequence, change }]);
  };
  const lockOf = (path: string) => async (bench: FilesBench) =>
    void (await bench.catalog.locks.set({ path, reason: 'test', by: 'test' }));
  const losses: [string, (bench: FilesBench) => Promise<void>][] = [
    ['FILES_FORBIDDEN', async (bench) => bench.setPolicy('ct', [])],
    ['RECALL_WITHDRAWN', withdrawal],
    ['FILES_LOCKED', lockOf(openPath)],
    ['FILES_LOCKED', lockOf(dirname(openPath))],
  ];
  for (const [code, lose] of losses) {
    const bench = await openFilesBench(t, [openCt], { sizeBytes: 1_500_000 });
    const opened = await bench.files.open(alice, openPath, whole);
    let received = 0;
    const reading = async (): Promise<void> => {
      for await (const bytes of opened.body) {
        received += bytes.length;
        if (received < 300_000) continue;
        await lose(bench);
        // A lock is seen at once.
        if (code !== 'FILES_LOCKED') bench.clock.advance(filesLimits.policyRecheckMs);
      }
    };
    await assert.rejects(reading(), { code });
    assert.ok(received < 1_000_000);
  }
});

test('a download outlives the credential that it began with by an hour at most', async (t) => {
  const minuteMs = 60_000;
  const bench = await openFilesBench(t, [openCt], { sizeBytes: 1_500_000 });
  const caller = { ...alice, expiresMs: bench.clock.nowMs() + minuteMs };
  const opened = await bench.files.open(caller, openPath, whole);
  let received = 0;
  const reading = async (): Promise<void> => {
    for await (const bytes of opened.body) {
      received += bytes.length;
      // Looked at, and let be, while the hour lasts.
      bench.clock.advance(received < 300_000 ? minuteMs / 2 : filesLimits.endedCredentialMs);
    }
  };
  await assert.rejects(reading(), { code: 'FILES_CREDENTIAL_ENDED' });
  assert.ok(received >= 300_000 && received < 1_000_000, String(received));
});

test('reading is noted, so that what is read is not the first to be evicted', async (t) => {
  const collection = { ...openCt, instances: ['i-1', 'i-2'] };
  const bench = await openFilesBench(t, [collection]);
  await read(bench);
  bench.clock.advance(120_000);
  await read(bench, instancePath(collection, 'i-2'));
  bench.clock.advance(120_000);
  await read(bench);
  const [first] = await bench.catalog.versions.evictable(1);
  assert.equal(first?.id, (await bench.node(instancePath(collection, 'i-2'))).replica?.id);
});
