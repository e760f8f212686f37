/**
 * PACS that lie, drop, repeat, break off or are not there: what a reader gets is the whole file or a
 * coded failure, never a shorter file; and once the PACS is repaired the same read succeeds.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { tag } from '../../src/dicom/index.ts';
import { dimseStatus } from '../../src/dimse/index.ts';
import {
  honest,
  listSeries,
  type RetrieveScript,
  type ScriptedInstance,
  type ScriptedPacs,
} from '../support/scripted-pacs.ts';
import { createHostileRoad, type HostileRoad, type ReadOutcome } from './hostile-road.ts';

const shape = { slices: 12, rows: 96, columns: 96, studySeed: 5 } as const;

/** What a reader of the volume must get: its bytes, or one of these codes. */
type Expected = 'whole' | readonly string[];

interface Case {
  readonly script: RetrieveScript;
  readonly expected: Expected;
  /** How the series is listed or held, other than truly. */
  readonly held?: (instances: readonly ScriptedInstance[]) => readonly ScriptedInstance[];
}

const incomplete = ['RECALL_INCOMPLETE'] as const;

/** Sends what `pick` leaves, and reports what `counts` says. */
function sends(
  pick: (asked: readonly ScriptedInstance[]) => readonly ScriptedInstance[],
  status = 0,
  counts: Readonly<Record<string, number>> = { completed: shape.slices },
): RetrieveScript {
  return async ({ asked, store, respond }) => {
    for (const instance of pick(asked)) await store(instance);
    await respond(status, counts);
  };
}

const all = (asked: readonly ScriptedInstance[]): readonly ScriptedInstance[] => asked;
const withoutLast = (asked: readonly ScriptedInstance[]): readonly ScriptedInstance[] =>
  asked.slice(0, -1);

/** Sends all, the one in the middle otherwise. */
function middle(change: Parameters<Parameters<RetrieveScript>[0]['store']>[1]): RetrieveScript {
  return async ({ asked, store, respond }) => {
    for (const [index, one] of asked.entries()) {
      await store(one, index === shape.slices / 2 ? change : undefined);
    }
    await respond(0, { completed: asked.length });
  };
}

const cases: Readonly<Record<string, Case>> = {
  'sends all but the last and says so': {
    script: sends(withoutLast, dimseStatus.subOperationsFailed, {
      completed: shape.slices - 1,
      failed: 1,
    }),
    expected: incomplete,
  },
  'sends all but the last and claims success': { script: sends(withoutLast), expected: incomplete },
  'sends all but the first and claims success': {
    script: sends((asked) => asked.slice(1)),
    expected: incomplete,
  },
  'sends nothing and claims success': { script: sends(() => []), expected: incomplete },
  'sends all and counts none': { script: sends(all, 0, { completed: 0 }), expected: 'whole' },
  'sends all and warns that all failed': {
    script: sends(all, dimseStatus.subOperationsFailed, { failed: 4711 }),
    expected: 'whole',
  },
  'fails without sending anything': {
    script: sends(() => [], dimseStatus.unableToProcess, {}),
    expected: ['RECALL_PACS_FAILED'],
  },
  'sends every instance twice': {
    script: sends((asked) => asked.flatMap((one) => [one, one])),
    expected: 'whole',
  },
  'sends everything backwards': { script: sends((asked) => asked.toReversed()), expected: 'whole' },
  'sends a slice that it never listed beside the others': {
    script: async ({ asked, store, respond }) => {
      const [first] = asked;
      if (first !== undefined) await store(first, { sopInstanceUid: '2.25.666' });
      for (const one of asked) await store(one);
      await respond(0);
    },
    expected: 'whole',
  },
  'sends another instance in the place of one': {
    script: middle({ sopInstanceUid: '2.25.666' }),
    expected: incomplete,
  },
  'sends an unknown SOP class in the place of one': {
    script: middle({ sopClassUid: '1.2.3.4' }),
    expected: incomplete,
  },
  'encodes one otherwise than its context says': {
    script: async ({ asked, store, respond }) => {
      const others = listSeries({ ...shape, seriesNumber: 999, encoding: 'implicit' });
      for (const [index, one] of asked.entries()) {
        const dataSet = others[index]?.dataSet;
        await store(one, index === 3 && dataSet !== undefined ? { dataSet } : {});
      }
      await respond(0);
    },
    expected: ['RECALL_OBJECT_DAMAGED'],
  },
  'sends one with half of its pixels': {
    script: async ({ asked, store, respond }) => {
      for (const [index, one] of asked.entries()) {
        const dataSet = one.dataSet.subarray(0, one.dataSet.length - 96 * 96);
        await store(one, index === 3 ? { dataSet } : {});
      }
      await respond(0);
    },
    expected: ['RECALL_OBJECT_DAMAGED'],
  },
  'aborts in the middle': {
    script: async ({ asked, store, abort }) => {
      for (const one of asked.slice(0, 5)) await store(one);
      abort();
    },
    expected: ['RECALL_PACS_FAILED'],
  },
  'lists every slice elsewhere than its header says': {
    script: honest,
    held: (instances) =>
      instances.map((one, index) => {
        const position = instances.at(-1 - index)?.header.get(tag.ImagePositionPatient);
        assert(position !== undefined);
        return { ...one, header: new Map([...one.header, [position.tag, position]]) };
      }),
    // Made anew from the headers; who had bytes already was cut off.
    expected: ['whole'],
  },
};

const names = Object.keys(cases);
const methods = ['C-GET', 'C-MOVE'] as const;
type Method = (typeof methods)[number];

function pacsOf(road: HostileRoad, method: Method): ScriptedPacs {
  return method === 'C-GET' ? road.getter : road.mover;
}

/** Series numbers: those of the cases by their place, 900 a control whose voxels are the same. */
function numberOf(method: Method, name: string): number {
  const own = name === 'control' ? 900 : 100 + names.indexOf(name);
  return method === 'C-GET' ? own : own + 1000;
}

function seriesOf(method: Method, name: string): ScriptedInstance[] {
  const studySeed = method === 'C-GET' ? 5 : 6;
  return listSeries({ ...shape, studySeed, seriesNumber: numberOf(method, name) });
}

/** What the PACS holds: every case's series as that case lists it. */
function holdings(method: Method, lying: string | undefined): ScriptedInstance[] {
  return ['control', ...names].flatMap((name) => {
    const instances = seriesOf(method, name);
    return name === lying ? (cases[name]?.held?.(instances) ?? instances) : instances;
  });
}

function codeOfRead(outcome: ReadOutcome): string {
  return outcome.kind === 'refused' ? outcome.code : outcome.kind;
}

/** As a client that was told to try again: whoever comes before a recall is over shares its end. */
async function readAgain(road: HostileRoad, path: string): Promise<ReadOutcome> {
  for (let tries = 0; ; tries += 1) {
    const outcome = await road.read(path);
    if (outcome.kind === 'whole' || tries === 10) return outcome;
    await delay(20);
  }
}

test('a PACS that lies, drops, repeats or breaks off', { timeout: 120_000 }, async (t) => {
  const road = await createHostileRoad(t);
  for (const method of methods) pacsOf(road, method).instances = holdings(method, undefined);
  await road.start();
  for (const method of methods) {
    const pacs = pacsOf(road, method);
    const control = await road.read(`${await road.series(numberOf(method, 'control'))}/volume.nii`);
    assert(control.kind === 'whole');
    for (const name of names) {
      await t.test(`${method}: ${name}`, async (one) => {
        const { script, expected } = cases[name] ?? assert.fail();
        const path = `${await road.series(numberOf(method, name))}/volume.nii`;
        pacs.instances = holdings(method, name);
        pacs.script = script;
        const outcome = await road.read(path);
        one.diagnostic(`${codeOfRead(outcome)} after ${outcome.ms} ms`);
        if (expected === 'whole') assert.equal(codeOfRead(outcome), 'whole');
        else assert.ok(['broken', ...expected].includes(codeOfRead(outcome)), codeOfRead(outcome));
        pacs.instances = holdings(method, undefined);
        pacs.script = honest;
        const repaired = await readAgain(road, path);
        assert.equal(codeOfRead(repaired), 'whole', 'after the repair');
        assert(repaired.kind === 'whole');
        assert.ok(repaired.bytes.equals(control.bytes), 'the same voxels as of an honest PACS');
        if (outcome.kind === 'whole') assert.ok(outcome.bytes.equals(control.bytes));
      });
    }
  }
  assert.equal(road.getter.associationsMax, 1, 'C-GET: never more than the cap');
  assert.ok(road.mover.associationsMax <= 2, 'C-MOVE: never more than the cap');
});
