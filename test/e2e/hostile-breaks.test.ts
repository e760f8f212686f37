/**
 * PACS that go away, and readers that are in the middle of a file when it happens; a receiver that
 * is flooded; the cap of associations under many readers.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { sopClass } from '../../src/dicom/index.ts';
import { dimseStatus, openAssociation, store } from '../../src/dimse/index.ts';
import { systemClock } from '../../src/lib/clock.ts';
import {
  honest,
  listSeries,
  type RetrieveScript,
  type ScriptedInstance,
  type ScriptedPacs,
} from '../support/scripted-pacs.ts';
import { createHostileRoad, type HostileRoad, type ReadOutcome } from './hostile-road.ts';

const methods = ['C-GET', 'C-MOVE'] as const;
type Method = (typeof methods)[number];
/** Large enough that its start is served while the rest is still at the PACS. */
const large = { slices: 24, rows: 256, columns: 256 } as const;
const small = { slices: 3, rows: 32, columns: 32 } as const;
const largeNumbers = [1, 2, 3, 4, 5, 6, 7, 8];
const smallNumbers = Array.from({ length: 20 }, (_, index) => 20 + index);

function pacsOf(road: HostileRoad, method: Method): ScriptedPacs {
  return method === 'C-GET' ? road.getter : road.mover;
}

function numberAt(method: Method, number: number): number {
  return method === 'C-GET' ? number : number + 1000;
}

function holdings(method: Method): ScriptedInstance[] {
  const studySeed = method === 'C-GET' ? 1 : 2;
  const one = (number: number, shape: typeof large | typeof small): ScriptedInstance[] =>
    listSeries({ ...shape, studySeed, seriesNumber: numberAt(method, number) });
  return [
    ...largeNumbers.flatMap((number) => one(number, large)),
    ...smallNumbers.flatMap((number) => one(number, small)),
  ];
}

function codeOfRead(outcome: ReadOutcome): string {
  return outcome.kind === 'refused' ? outcome.code : outcome.kind;
}

/** As a client that was told to try again. */
async function readAgain(road: HostileRoad, path: string): Promise<ReadOutcome> {
  for (let tries = 0; ; tries += 1) {
    const outcome = await road.read(path);
    if (outcome.kind === 'whole' || tries === 10) return outcome;
    await delay(20);
  }
}

/** Sends most of a series, waits until `seen` settles, then does `then` instead of the rest. */
function partThen(
  seen: Promise<void>,
  then: (retrieve: Parameters<RetrieveScript>[0]) => Promise<void> | void,
): RetrieveScript {
  return async (retrieve) => {
    for (const one of retrieve.asked.slice(0, -2)) await retrieve.store(one);
    await seen;
    await then(retrieve);
  };
}

/** What happens after a reader has seen the start of the file. */
const breaks: Readonly<
  Record<string, (pacs: ScriptedPacs, retrieve: Parameters<RetrieveScript>[0]) => Promise<void>>
> = {
  'the rest never comes': (_, { respond }) => respond(0, { completed: large.slices }),
  'the PACS aborts': async (_, { abort }) => abort(),
  'the connections are cut': async ({ gate }) => gate.cut(),
};

for (const method of methods) {
  test(`${method}: who follows a growing volume never sees a clean end`, {
    timeout: 60_000,
  }, async (t) => {
    const road = await createHostileRoad(t);
    for (const each of methods) pacsOf(road, each).instances = holdings(each);
    await road.start();
    const pacs = pacsOf(road, method);
    for (const [index, [name, act]] of Object.entries(breaks).entries()) {
      await t.test(name, async (one) => {
        const series = await road.series(numberAt(method, largeNumbers[index] ?? 0));
        const path = `${series}/volume.nii`;
        const { promise: seen, resolve } = Promise.withResolvers<void>();
        pacs.script = partThen(seen, (retrieve) => act(pacs, retrieve));
        const followers = await Promise.all([1, 2, 3].map(() => road.read(path, () => resolve())));
        one.diagnostic(followers.map((each) => JSON.stringify(each)).join(' '));
        // Who got no byte yet gets the code instead.
        for (const each of followers) assert.match(codeOfRead(each), /^(broken|RECALL_[A-Z_]+)$/);
        assert.ok(followers.some((each) => each.kind === 'broken' && each.received > 0));
        pacs.script = honest;
        assert.equal(codeOfRead(await readAgain(road, path)), 'whole');
      });
    }

    await t.test(
      '`mdm get` leaves no file that looks whole, and continues after the repair',
      async () => {
        const series = await road.series(numberAt(method, largeNumbers[4] ?? 0), 'sealed');
        const target = join(road.folder, 'volume.nii');
        pacs.script = partThen(delay(300), ({ respond }) => respond(0));
        const failing = await road.mdm('get', '--quiet', `${series}/volume.nii.c4gh`, target);
        assert.notEqual((await failing.exited).code, 0, failing.stderr());
        assert.equal(existsSync(target), false);
        pacs.script = honest;
        const again = await road.mdm('get', '--quiet', `${series}/volume.nii.c4gh`, target);
        assert.equal((await again.exited).code, 0, again.stderr());
        assert.equal(existsSync(target), true);
      },
    );

    await t.test('the line is cut inside a PDU', async () => {
      const path = `${await road.series(numberAt(method, largeNumbers[5] ?? 0))}/volume.nii`;
      pacs.script = honest;
      let passed = 0;
      pacs.gate.downstream = (chunk) => {
        passed += chunk.length;
        return passed < 400 ? undefined : { pass: chunk.subarray(0, 3), then: 'cut' };
      };
      const outcome = await road.read(path);
      assert.ok(
        ['broken', 'RECALL_PACS_FAILED'].includes(codeOfRead(outcome)),
        codeOfRead(outcome),
      );
      pacs.gate.downstream = undefined;
      assert.equal(codeOfRead(await readAgain(road, path)), 'whole');
    });

    await t.test('garbage comes instead of PDUs', async () => {
      const path = `${await road.series(numberAt(method, largeNumbers[6] ?? 0))}/volume.nii`;
      pacs.gate.downstream = (chunk) => ({ pass: Buffer.alloc(chunk.length, 0x47) });
      const outcome = await road.read(path);
      assert.match(codeOfRead(outcome), /^(broken|RECALL_PACS_(FAILED|UNAVAILABLE))$/);
      pacs.gate.downstream = undefined;
      assert.equal(codeOfRead(await readAgain(road, path)), 'whole');
    });

    await t.test('many readers, one cap', async () => {
      const reads = smallNumbers.flatMap((number) => [number, number]);
      const outcomes = await Promise.all(
        reads.map(async (number) =>
          road.read(`${await road.series(numberAt(method, number))}/volume.nii`),
        ),
      );
      assert.deepEqual(new Set(outcomes.map(codeOfRead)), new Set(['whole']));
      assert.ok(pacs.associationsMax <= (method === 'C-GET' ? 1 : 2), `${pacs.associationsMax}`);
    });

    await t.test(
      'a PACS that rejects, or is down, is left alone after three failures',
      async () => {
        const path = `${await road.series(numberAt(method, largeNumbers[7] ?? 0))}/volume.nii`;
        pacs.gate.cut(); // an association that lingers would be used once more
        pacs.rejects = true;
        assert.equal(codeOfRead(await road.read(path)), 'RECALL_PACS_UNAVAILABLE');
        pacs.rejects = false;
        assert.equal(codeOfRead(await readAgain(road, path)), 'whole');
        const other = `${await road.series(numberAt(method, largeNumbers[3] ?? 0))}/volume.nii`;
        await pacs.gate.down();
        for (let tries = 0; tries < 3; tries += 1) {
          assert.equal(codeOfRead(await road.read(other)), 'RECALL_PACS_UNAVAILABLE');
        }
        await pacs.gate.up();
        const before = pacs.gate.taken;
        const response = await road.fetch(other);
        assert.equal(response.status, 503);
        assert.ok(Number(response.headers.get('retry-after')) > 0);
        assert.equal(pacs.gate.taken, before, 'nobody called on it');
      },
    );
  });
}

test('1000 unsolicited C-STORE are refused and register nothing', {
  timeout: 60_000,
}, async (t) => {
  const road = await createHostileRoad(t, { crawlMinutes: 0.005 });
  road.mover.instances = listSeries({ ...small, seriesNumber: 1020 });
  await road.start();
  const series = await road.series(1020);
  const listed = await road.api('find', { under: '/test/open' });
  const { residentBytes } = road.memory();
  const strangers = listSeries({ slices: 1000, rows: 16, columns: 16, studySeed: 666, seed: 9 });
  const outcome = await openAssociation({
    host: '127.0.0.1',
    port: road.receiverPort,
    callingAeTitle: 'MOVER',
    calledAeTitle: 'MDMRECV',
    contexts: [
      { abstractSyntax: sopClass.CTImageStorage, transferSyntaxes: ['1.2.840.10008.1.2.1'] },
    ],
    clock: systemClock,
  });
  assert(outcome.kind === 'accepted');
  for (const [index, one] of strangers.entries()) {
    const storable = { ...one, open: async () => one.dataSet };
    // As somebody who saw how C-MOVE works would try: with a Move Originator.
    const moveOriginator = index % 2 === 0 ? undefined : { aeTitle: 'MDM', messageId: index };
    const status = await store(outcome.association, storable, { moveOriginator });
    assert.equal(status, dimseStatus.outOfResources);
  }
  await outcome.association.release();
  assert.deepEqual(await road.api('find', { under: '/test/open' }), listed);
  const grown = road.memory().residentBytes - residentBytes;
  assert.ok(grown < 64 * 1024 * 1024, `${grown} bytes more`);
  assert.equal(codeOfRead(await road.read(`${series}/volume.nii`)), 'whole');
});
