import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, asyncProperty, assert as check, integer, record as recordOf } from 'fast-check';
import { withTimePassing } from '../../test/support/manual-clock.ts';
import { buildTown, memoryPacs, type Town } from '../../test/support/recall-town.ts';
import type { FileNode } from '../catalog/catalog.ts';
import { dbErrors } from '../db/index.ts';
import { transferSyntax } from '../dicom/index.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import { pacsErrors } from '../pacs/errors.ts';
import { pacsLimits } from '../pacs/limits.ts';
import { verifyVersion } from '../seal/index.ts';
import { RecallBoard } from './board.ts';
import { recallLimits } from './limits.ts';
import { runPass } from './pass.ts';
import type { RecallTicket } from './port.ts';

const small = { slices: 5, rows: 16, columns: 12 } as const;
const interactive = { caller: 'ada', priority: 'interactive' } as const;

/** What became of a ticket: the file's state, or the code. */
async function fateOf(ticket: RecallTicket): Promise<string> {
  try {
    return (await ticket.settled({})).state;
  } catch (error) {
    return codeOf(error) ?? String(error);
  } finally {
    ticket.detach();
  }
}

async function ask(town: Town, file: FileNode): Promise<string> {
  return fateOf(await town.engine.request(file, interactive));
}

/** The row of a recall once it is settled. */
async function settledRow(town: Town, id: number) {
  for (let turn = 0; turn < 1000; turn += 1) {
    const row = await town.engine.state(id);
    if (row?.state === 'done' || row?.state === 'failed') return row;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return assert.fail('the recall settles');
}

/** The series is not diffusion weighted: its volume has neither. */
const isMade = ({ name }: FileNode): boolean => !/\.bv(al|ec)$/.test(name);

test('many readers of a series cost one retrieve', async (t) => {
  const town = await buildTown(t, memoryPacs('pacs', [small]));
  const files = (await town.files()).filter(isMade);
  const tickets = await Promise.all(
    [...files, ...files].map((file) => town.engine.request(file, interactive)),
  );
  assert.equal(new Set(tickets.map(({ recallId }) => recallId)).size, 1);
  assert.deepEqual(new Set(await Promise.all(tickets.map(fateOf))), new Set(['published']));
  assert.ok(town.pacs.retrieves.length <= 2, 'the first wish may have been served alone');
  assert.equal(town.pacs.concurrency.most, 1);
});

test('a reader of the volume may read along, and one who comes late reads what is staged', async (t) => {
  const town = await buildTown(t, memoryPacs('pacs', [small]));
  const file = await town.file('.nii');
  const ticket = await town.engine.request(file, interactive);
  const followed = await ticket.following({});
  assert.equal(town.engine.growing(file.id), followed);
  let size = 0;
  for await (const piece of followed.sealedBytes(0, {})) size += Object.keys(piece).length + 1;
  assert.ok(size > 0);
  const published = await ticket.settled({});
  assert.equal(published.version?.plaintextSize, followed.plaintextSize);
  assert.equal(published.version?.validator, followed.validators.plain);
  assert.equal(published.replica?.id, followed.validators.sealed);
  assert.equal(town.engine.growing(file.id), undefined, 'the catalog knows it now');
  assert.equal(published.name.startsWith('v-'), true);
  assert.equal(await ask(town, published), 'published');
  assert.equal(town.pacs.retrieves.length, 1);
});

test('a volume comes in the order of the volume, in units of a hundred', async (t) => {
  const town = await buildTown(t, memoryPacs('pacs', [{ slices: 230, rows: 4, columns: 4 }]));
  assert.equal(await ask(town, await town.file('.nii')), 'published');
  assert.deepEqual(town.pacs.retrieves, [100, 100, 30]);
});

test('a PACS that sends the whole series at once is not asked again', async (t) => {
  const pacs = memoryPacs('pacs', [{ slices: 230, rows: 4, columns: 4 }]);
  pacs.behave.retrieve = (_, all) => all;
  const town = await buildTown(t, pacs);
  assert.equal(await ask(town, await town.file('.nii')), 'published');
  assert.deepEqual(pacs.retrieves, [100]);
});

test('a dropped instance is an error, and the instances that came are files', async (t) => {
  const pacs = memoryPacs('pacs', [small]);
  pacs.behave.retrieve = (asked) => asked.filter((_, index) => index !== 3);
  const town = await buildTown(t, pacs);
  const [volume, ...instances] = [await town.file('.nii'), ...(await town.files()).slice(0, 5)];
  const ticket = await town.engine.request(volume, interactive);
  assert.equal(await fateOf(ticket), 'RECALL_INCOMPLETE');
  assert.equal(town.engine.growing(volume.id), undefined);
  const row = await settledRow(town, ticket.recallId);
  assert.equal(row.failure, 'RECALL_INCOMPLETE');
  const again = await town.file('.nii');
  assert.equal(again.refusal, undefined, 'what may help another time is not recorded');
  pacs.behave = {};
  assert.equal(await ask(town, again), 'published');
  assert.equal(await ask(town, instances[0] as FileNode), 'published');
});

test('a retrieve that ends badly after everything came is a success', async (t) => {
  const pacs = memoryPacs('pacs', [small]);
  pacs.behave.before = (made) => {
    if (made === undefined) throw pacsErrors.create('PACS_RETRIEVE_FAILED');
  };
  const town = await buildTown(t, pacs);
  assert.equal(await ask(town, await town.file('.nii')), 'published');
});

test('late slices: no volume without them, but the instances that are announced', async (t) => {
  const pacs = memoryPacs('pacs', [small]);
  const town = await buildTown(t, pacs);
  const grown = memoryPacs('pacs', [{ ...small, slices: 7 }]);
  for (const [uid, all] of grown.series) pacs.series.set(uid, all);
  const [instance] = await town.files();
  const volume = await town.file('.nii');
  const fates = await Promise.all([ask(town, volume), ask(town, instance as FileNode)]);
  assert.deepEqual(fates, ['RECALL_INCOMPLETE', 'published']);
  await town.crawl();
  assert.equal((await town.files()).filter(({ product }) => product.of === 'instance').length, 7);
  assert.equal(await ask(town, await town.file('.nii')), 'published');
});

test('a series that grows gets a new version whose receipt says its number', async (t) => {
  const pacs = memoryPacs('pacs', [small]);
  const town = await buildTown(t, pacs);
  assert.equal(await ask(town, await town.file('.nii')), 'published');
  const before = await town.file('.nii');
  const grown = memoryPacs('pacs', [{ ...small, slices: 7 }]);
  for (const [uid, all] of grown.series) pacs.series.set(uid, all);
  await town.crawl();
  assert.equal(await ask(town, await town.file('.nii')), 'published');
  const after = await town.file('.nii');
  assert.equal(after.name, before.name);
  assert.equal(after.version?.number, 2);
  assert.notEqual(after.version?.keyId, before.version?.keyId);
  const { producers } = town.workshop;
  const { version } = await verifyVersion(after.version?.receipt ?? '', producers);
  assert.deepEqual([version.version, version.stateNumber], [2, 2]);
  assert.deepEqual(
    town.workshop.keys.map(({ version }) => version),
    [1, 2],
  );
});

test('an evicted file is made again the same; changed content is a new version', async (t) => {
  const pacs = memoryPacs('pacs', [small]);
  const town = await buildTown(t, pacs);
  const evict = async (): Promise<void> => {
    for (const { id } of await town.catalog.versions.evictable(10)) {
      await town.catalog.versions.dropReplica(id);
      await town.workshop.storage.delete(id);
    }
  };
  await ask(town, await town.file('.nii'));
  const first = await town.file('.nii');
  await evict();
  assert.equal(await ask(town, await town.file('.nii')), 'published');
  const second = await town.file('.nii');
  assert.deepEqual(second.version, first.version);
  assert.notEqual(second.replica?.id, first.replica?.id);
  await evict();
  // The same UIDs with other pixels: a corrected series.
  for (const [uid, all] of pacs.series) {
    const other = [
      ...(memoryPacs('x', [{ ...small, edit: () => [[0x00281052, 'DS', '-1000']] }]).series.get(
        uid,
      ) ?? []),
    ];
    assert.equal(other.length, all.length);
    pacs.series.set(uid, other);
  }
  const knownAgain: boolean[] = [];
  pacs.behave.before = async () => {
    // What was known of the content that is no more is not told while the other is made.
    if (pacs.retrieves.length === 4)
      knownAgain.push((await town.file('.nii')).version !== undefined);
  };
  assert.equal(await ask(town, await town.file('.nii')), 'published');
  assert.deepEqual(new Set(knownAgain), new Set([false]));
  const third = await town.file('.nii');
  assert.equal(third.version?.number, 2);
  assert.notEqual(third.version?.sha256, first.version?.sha256);
  assert.notEqual(third.version?.keyId, first.version?.keyId);
});

test('a refusal is recorded and not tried again', async (t) => {
  const pacs = memoryPacs('pacs', [small]);
  pacs.behave.instance = (made) =>
    made.index === 2 ? { transferSyntaxUid: transferSyntax.MPEG2MPML } : {};
  const town = await buildTown(t, pacs);
  const fates = await Promise.all((await town.files()).map((file) => ask(town, file)));
  assert.equal(fates.filter((fate) => fate === 'RECALL_WITHHELD').length, 3);
  assert.equal(fates.filter((fate) => fate === 'published').length, 4);
  const retrieves = pacs.retrieves.length;
  const volume = await town.file('.nii');
  assert.equal(volume.refusal, 'DEID_COMPRESSED_UNCHECKED');
  assert.equal(await ask(town, volume), 'RECALL_WITHHELD');
  assert.equal(pacs.retrieves.length, retrieves);
});

test('an instance that the archive holds no more is lost, and nothing else is fetched for it', async (t) => {
  const pacs = memoryPacs('pacs', [small]);
  const town = await buildTown(t, pacs);
  const before = await town.files();
  for (const [uid, all] of pacs.series) pacs.series.set(uid, all.slice(0, 4));
  await town.crawl();
  const fates = await Promise.all(
    before.filter(({ product }) => product.of === 'instance').map((file) => ask(town, file)),
  );
  assert.deepEqual(
    fates.toSorted((a, b) => a.localeCompare(b)),
    ['published', 'published', 'published', 'published', 'RECALL_LOST'],
  );
  assert.ok(
    pacs.retrieves.every((count) => count > 0),
    'never the whole series',
  );
});

test('what a wish failed with is not the fate of one that came meanwhile', async (t) => {
  const pacs = memoryPacs('pacs', [small]);
  const gate = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  let first = true;
  pacs.behave.before = async () => {
    if (!first) return;
    first = false;
    started.resolve();
    await gate.promise;
    throw pacsErrors.create('PACS_RETRIEVE_FAILED');
  };
  const town = await buildTown(t, pacs);
  const [one, two] = await town.files();
  const early = await town.engine.request(one as FileNode, interactive);
  await started.promise;
  const late = await town.engine.request(two as FileNode, interactive);
  assert.equal(late.recallId, early.recallId);
  gate.resolve();
  assert.equal(await fateOf(early), 'RECALL_PACS_FAILED');
  assert.equal(await fateOf(late), 'published');
  assert.equal((await settledRow(town, early.recallId)).state, 'failed');
});

test('when all readers leave the recall lingers, and is then cancelled', async (t) => {
  const pacs = memoryPacs('pacs', [small]);
  const started = Promise.withResolvers<AbortSignal | undefined>();
  const gate = Promise.withResolvers<void>();
  pacs.behave.before = async (_, signal) => {
    started.resolve(signal);
    await Promise.race([
      gate.promise,
      new Promise((done) => signal?.addEventListener('abort', done)),
    ]);
  };
  const town = await buildTown(t, pacs);
  const file = await town.file('.nii');
  const ticket = await town.engine.request(file, interactive);
  const signal = await started.promise;
  ticket.detach();
  ticket.detach();
  town.clock.advance(recallLimits.lingerMs - 1);
  const back = await town.engine.request(file, interactive);
  assert.equal(back.recallId, ticket.recallId, 'a retry goes on where it was');
  town.clock.advance(10);
  assert.equal(signal?.aborted, false);
  back.detach();
  town.clock.advance(recallLimits.lingerMs);
  assert.equal((await settledRow(town, ticket.recallId)).failure, 'RECALL_ABORTED');
  assert.equal(signal?.aborted, true);
  pacs.behave = {};
  gate.resolve();
  const anew = await town.engine.request(file, interactive);
  assert.notEqual(anew.recallId, ticket.recallId);
  assert.equal(await fateOf(anew), 'published');
  await settledRow(town, anew.recallId);
  assert.equal(pacs.concurrency.most, 1, 'the old retrieve is over before the new one starts');
  assert.equal(town.clock.pending(), 0, 'no timer of a settled recall is left');
});

test('a stop leaves the recall to the next start', async (t) => {
  const pacs = memoryPacs('pacs', [small]);
  const started = Promise.withResolvers<void>();
  pacs.behave.before = (_, signal) => {
    started.resolve();
    return new Promise<void>((done) => signal?.addEventListener('abort', () => done()));
  };
  const town = await buildTown(t, pacs);
  const file = await town.file('.nii');
  const ticket = await town.engine.request(file, interactive);
  await started.promise;
  const fate = fateOf(ticket);
  await town.engine.stop();
  assert.equal(await fate, 'RECALL_ABORTED');
  assert.equal((await town.engine.state(ticket.recallId))?.state, 'running');
  await assert.rejects(town.engine.request(file, interactive), { code: 'RECALL_ABORTED' });
  assert.equal(await town.catalog.recalls.requeueRunning(), 1);
});

test('a database that fails to settle a recall leaves nobody waiting, now or later', async (t) => {
  const pacs = memoryPacs('pacs', [small]);
  let failing = true;
  const town = await buildTown(t, pacs, {
    change: (ports) => {
      const recalls = { ...ports.catalog.recalls };
      const settle: typeof recalls.settle = async (...args) => {
        if (failing) throw dbErrors.create('DB_BUSY');
        return ports.catalog.recalls.settle(...args);
      };
      return { ...ports, catalog: { ...ports.catalog, recalls: { ...recalls, settle } } };
    },
  });
  pacs.behave.before = () => {
    throw pacsErrors.create('PACS_RETRIEVE_FAILED');
  };
  const file = await town.file('.nii');
  const ticket = await town.engine.request(file, interactive);
  assert.equal(await fateOf(ticket), 'RECALL_PACS_FAILED');
  await assert.rejects(town.engine.request(file, interactive), { code: 'RECALL_FAILED' });
  failing = false;
  pacs.behave = {};
  const again = await town.engine.request(file, interactive);
  assert.notEqual(again.recallId, ticket.recallId);
  assert.equal(await fateOf(again), 'published');
});

test('a queue that could not be read is looked at again', async (t) => {
  const pacs = memoryPacs('pacs', [small]);
  let failing = false;
  const town = await buildTown(t, pacs, {
    change: (ports) => {
      const claim = async () => {
        if (failing) throw dbErrors.create('DB_IO');
        return ports.catalog.recalls.claim();
      };
      const recalls = { ...ports.catalog.recalls, claim };
      return { ...ports, catalog: { ...ports.catalog, recalls } };
    },
  });
  failing = true;
  const ticket = await town.engine.request(await town.file('.nii'), interactive);
  for (let turn = 0; turn < 1000 && town.clock.pending() === 0; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  failing = false;
  town.clock.advance(recallLimits.retryMs);
  assert.equal(await fateOf(ticket), 'published');
});

test('bulk wishes reach the PACS as bulk work', async (t) => {
  const town = await buildTown(t, memoryPacs('pacs', [small]));
  const bulk = { caller: 'ada', priority: 'bulk' } as const;
  const ticket = await town.engine.request(await town.file('.nii'), bulk);
  await fateOf(ticket);
  assert.deepEqual(town.pacs.priorities, ['bulk']);
});

test('room is made for a recall, but not for one that cannot fit', async (t) => {
  const series = [
    small,
    { ...small, seed: 2, seriesNumber: 2 },
    { slices: 4, rows: 256, columns: 256, seed: 3, seriesNumber: 3 },
  ];
  const town = await buildTown(t, memoryPacs('pacs', series), { capacityBytes: 4_500 });
  const sizes = await Promise.all(
    [0, 1, 2].map(async (at) => (await town.file('.nii', at)).seriesId),
  );
  assert.equal(new Set(sizes).size, 3);
  const fates: string[] = [];
  for (const at of [0, 1, 2]) fates.push(await ask(town, await town.file('.nii', at)));
  assert.deepEqual(
    fates.toSorted((a, b) => a.localeCompare(b)),
    ['published', 'published', 'RECALL_STORAGE_FULL'],
  );
  let staged = 0;
  for (const at of [0, 1, 2]) if ((await town.file('.nii', at)).replica !== undefined) staged += 1;
  assert.equal(staged, 1, 'one was evicted for another, none for what cannot fit');
});

test('a file withdrawn while it was made fails alone, and its replica is gone', async (t) => {
  const pacs = memoryPacs('pacs', [small]);
  const town = await buildTown(t, pacs);
  const file = await town.file('.nii');
  const series = await town.catalog.names.series(file.seriesId);
  assert(series !== undefined);
  let withdrawn = false;
  pacs.behave.before = async () => {
    if (withdrawn) return;
    withdrawn = true;
    const sequence = (await town.catalog.inbox.appliedSequence()) + 1;
    const change = { kind: 'series-withdrawn', place: series, reason: 'test' } as const;
    await town.catalog.inbox.apply([{ sequence, change }]);
  };
  assert.equal(await ask(town, file), 'RECALL_WITHDRAWN');
  for await (const replica of town.workshop.storage.list()) assert.fail(replica.id);
});

test('whatever comes and goes, every ticket settles and every wish had its try', async (t) => {
  const step = recordOf({
    file: integer({ min: 0, max: 6 }),
    turns: integer({ min: 0, max: 12 }),
    fault: integer({ min: 0, max: 9 }),
  });
  await check(
    asyncProperty(array(step, { minLength: 1, maxLength: 15 }), async (steps) => {
      const pacs = memoryPacs('pacs', [small]);
      let calls = 0;
      pacs.behave.before = async () => {
        calls += 1;
        const fault = steps[calls % steps.length]?.fault ?? 9;
        if (fault === 0) throw pacsErrors.create('PACS_RETRIEVE_FAILED');
        await new Promise((resolve) => setImmediate(resolve));
      };
      const town = await buildTown(t, pacs);
      const files = (await town.files()).filter(isMade);
      const fates: Promise<string>[] = [];
      for (const { file, turns, fault } of steps) {
        const ticket = await town.engine.request(files[file] as FileNode, interactive);
        if (fault === 1) ticket.detach();
        fates.push(fateOf(ticket));
        for (let turn = 0; turn < turns; turn += 1) {
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
      for (const fate of await Promise.all(fates)) {
        assert.ok(['published', 'RECALL_PACS_FAILED'].includes(fate), fate);
      }
      await town.engine.stop();
      assert.equal(pacs.concurrency.most, 1);
      assert.equal(pacs.concurrency.now, 0);
    }),
    { numRuns: 15 },
  );
});

/** Ask for a file while time passes whenever the recall waits. */
function askWhileTimePasses(town: Town, file: FileNode): Promise<string> {
  return withTimePassing(town.clock, ask(town, file));
}

/** What the receipt of the only volume says of where it came from. */
async function sourceOf(town: Town): Promise<unknown> {
  const { version } = await town.file('.nii');
  const stated = await verifyVersion(version?.receipt ?? '', town.workshop.producers);
  return stated.version.source;
}

test('a list shorter than its count makes no volume, and the failure names both', async (t) => {
  const pacs = memoryPacs('pacs', [small]);
  const town = await buildTown(t, pacs);
  let asked = 0;
  pacs.behave.expected = (truth) => {
    asked += 1;
    return { ...truth, counted: 9 };
  };
  const ticket = await town.engine.request(await town.file('.nii'), interactive);
  await assert.rejects(withTimePassing(town.clock, ticket.settled({})), {
    code: 'RECALL_INCOMPLETE',
    message: /listed 5, counted 9/,
    context: { listed: 5, counted: 9, unusable: 0 },
  });
  ticket.detach();
  assert.equal(asked, 2);
  assert.equal(town.clock.monotonicMs() >= pacsLimits.shortListPauseMs, true);
  assert.deepEqual(pacs.retrieves, []);
  pacs.behave = {};
  assert.equal(await ask(town, await town.file('.nii')), 'published', 'nothing is remembered');
});

test('a list that is whole when asked once more is made, and its receipt says verified', async (t) => {
  const pacs = memoryPacs('pacs', [small]);
  const town = await buildTown(t, pacs);
  pacs.behave.expected = (truth) =>
    town.clock.monotonicMs() > 0 || truth.list === undefined
      ? truth
      : { ...truth, list: { ...truth.list, instances: truth.list.instances.slice(0, 2) } };
  assert.equal(await askWhileTimePasses(town, await town.file('.nii')), 'published');
  assert.deepEqual(await sourceOf(town), {
    expectedInstances: 5,
    countedInstances: 5,
    instances: 5,
    withoutImage: 0,
    completeness: 'verified',
    reason: null,
  });
});

test('what no count confirms is made, and its receipt says why it is unverified', async (t) => {
  const cases = [
    [{ counted: undefined }, { expectedInstances: 5, countedInstances: null }, 'not-counted'],
    [{ counted: 0 }, { expectedInstances: 5, countedInstances: 0 }, 'counted-fewer'],
    [{ counted: 4 }, { expectedInstances: 5, countedInstances: 4 }, 'counted-fewer'],
    [
      { counted: undefined, list: undefined },
      { expectedInstances: null, countedInstances: null },
      'not-counted',
    ],
    [
      { counted: 3, list: undefined },
      { expectedInstances: null, countedInstances: 3 },
      'counted-fewer',
    ],
  ] as const;
  for (const [change, counts, reason] of cases) {
    const pacs = memoryPacs('pacs', [small]);
    const town = await buildTown(t, pacs);
    pacs.behave.expected = (truth) => ({ ...truth, ...change });
    assert.equal(await ask(town, await town.file('.nii')), 'published');
    const source = { ...counts, instances: 5, withoutImage: 0, completeness: 'unverified', reason };
    assert.deepEqual(await sourceOf(town), source);
  }
});

test('a PACS that counts and lists nothing confirms what was announced, or says that more is there', async (t) => {
  const pacs = memoryPacs('pacs', [small]);
  const town = await buildTown(t, pacs);
  pacs.behave.expected = (truth) => ({ ...truth, list: undefined, counted: 6 });
  const file = await town.file('.nii');
  assert.equal(await askWhileTimePasses(town, file), 'RECALL_INCOMPLETE');
  pacs.behave.expected = (truth) => ({ ...truth, list: undefined });
  assert.equal(await ask(town, file), 'published');
  assert.deepEqual(await sourceOf(town), {
    expectedInstances: null,
    countedInstances: 5,
    instances: 5,
    withoutImage: 0,
    completeness: 'verified',
    reason: null,
  });
});

test('a list with an answer that names no instance is not whole', async (t) => {
  const pacs = memoryPacs('pacs', [small]);
  const town = await buildTown(t, pacs);
  pacs.behave.expected = ({ list, ...truth }) => ({
    ...truth,
    list: list && { ...list, unusable: 1 },
  });
  const file = await town.file('.nii');
  assert.equal(await askWhileTimePasses(town, file), 'RECALL_INCOMPLETE');
});

test('one instance of a short series comes; all of them at once are a folder and do not', async (t) => {
  const pacs = memoryPacs('pacs', [small]);
  const town = await buildTown(t, pacs);
  pacs.behave.expected = (truth) => ({ ...truth, counted: 9 });
  const files = (await town.files()).filter(({ product }) => product.of === 'instance');
  const [first] = files;
  assert(first !== undefined);
  assert.equal(await ask(town, first), 'published');
  const folder = await buildTown(t, memoryPacs('pacs', [small]));
  folder.pacs.behave.expected = (truth) => ({ ...truth, counted: 9 });
  const whole = (await folder.files()).filter(({ product }) => product.of === 'instance');
  const pass = {
    series: await seriesOf(folder),
    files: whole,
    board: new RecallBoard({
      clock: folder.clock,
      lingerMs: 1,
      onAbandoned: () => undefined,
      growing: new Map(),
    }),
    priority: 'interactive',
  } as const;
  await assert.rejects(withTimePassing(folder.clock, runPass(folder.ports, pass)), {
    code: 'RECALL_INCOMPLETE',
  });
});

async function seriesOf(town: Town) {
  const [file] = await town.files();
  const series = file && (await town.catalog.names.series(file.seriesId));
  return series ?? assert.fail('a series');
}
