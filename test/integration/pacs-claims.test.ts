/**
 * What a PACS says of what it sends, and what it sends: the two are compared, by C-GET and by
 * C-MOVE, and its statuses are told as what they are.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { identify } from '../../src/flow/mint/identified.ts';
import { reveal } from '../../src/flow/mint/reveal.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { MdmError } from '../../src/lib/errors/mdm-error.ts';
import { silentLog } from '../../src/lib/log.ts';
import { createGuard } from '../../src/pacs/guard/index.ts';
import { createDimseSource, MoveSender } from '../../src/pacs/kinds/dimse/index.ts';
import type { RetrieveUnit } from '../../src/pacs/pacs-source.ts';
import { startReceiver } from '../../src/pacs/receiver/index.ts';
import { seriesIdentity } from '../support/make-series.ts';
import {
  honest,
  listSeries,
  type RetrieveScript,
  type ScriptedInstance,
  startScriptedPacs,
} from '../support/scripted-pacs.ts';

const shape = { slices: 4, rows: 16, columns: 16 } as const;
const instances = listSeries(shape);
const [first, second] = instances;
assert(first !== undefined && second !== undefined);
const methods = ['C-GET', 'C-MOVE'] as const;
type Method = (typeof methods)[number];

interface Setup {
  readonly method: Method;
  readonly script: RetrieveScript;
  readonly held?: readonly ScriptedInstance[];
  readonly moveOriginator?: 'present' | 'absent';
  readonly unit?: Partial<RetrieveUnit>;
}

interface Outcome {
  /** UIDs that a reader was given. */
  readonly came: readonly string[];
  readonly error: MdmError | undefined;
  readonly failures: number;
}

/** One retrieve of the whole series from a scripted PACS. */
async function retrieve(t: TestContext, setup: Setup): Promise<Outcome> {
  const { method, script, held = instances, moveOriginator = 'present' } = setup;
  const clock = systemClock;
  const log = silentLog;
  const at = { pacs: 'pacs', host: '127.0.0.1', callingAeTitles: ['SCRIPTED'] };
  const sender = new MoveSender({ ...at, clock });
  const receiver = await startReceiver({
    host: '127.0.0.1',
    port: 0,
    aeTitle: 'RECV',
    senders: [sender],
    clock,
    log,
  });
  t.after(() => receiver.close());
  const pacs = await startScriptedPacs(t, { moveToPort: receiver.port });
  pacs.instances = held;
  pacs.script = script;
  const guard = createGuard({ clock, limits: { associationsMax: 2 } });
  const source = createDimseSource({
    name: 'pacs',
    host: '127.0.0.1',
    port: pacs.port,
    callingAeTitle: 'MDM',
    calledAeTitle: 'SCRIPTED',
    method,
    moveTarget: { receiver, sender, moveOriginator },
    guard,
    lists: { isLongest: async () => false },
    clock,
    log,
  });
  t.after(() => source.close());
  const unit: RetrieveUnit = {
    series: seriesIdentity(shape),
    sopInstanceUids: held.map(({ sopInstanceUid }) => sopInstanceUid),
    sopClassUids: [first?.sopClassUid ?? ''],
    ...setup.unit,
  };
  const came: string[] = [];
  const read = async (): Promise<undefined> => {
    for await (const identified of source.retrieve(identify(unit), {})) {
      const instance = reveal(identified);
      for await (const _ of instance.dataSet);
      came.push(instance.sopInstanceUid);
    }
  };
  const error = await read().catch((reason: unknown) => reason);
  assert(error === undefined || error instanceof MdmError, String(error));
  return { came, error, failures: guard.status().failures };
}

const uidsOf = (some: readonly ScriptedInstance[]): readonly string[] =>
  some.map(({ sopInstanceUid }) => sopInstanceUid);

/** Sends all as asked, the first with another data set; notes the status that it got. */
function firstAs(dataSet: Uint8Array, statuses: number[]): RetrieveScript {
  return async ({ asked, store, respond }) => {
    for (const one of asked) {
      const status = await store(
        one,
        one.sopInstanceUid === first?.sopInstanceUid ? { dataSet } : {},
      );
      statuses.push(status);
    }
    await respond(0);
  };
}

const dataSetOf = (options: Parameters<typeof listSeries>[0]): Uint8Array =>
  listSeries(options)[0]?.dataSet ?? assert.fail();

/** The first instance with one element otherwise. */
const edited = (tag: number, value: string): Uint8Array =>
  dataSetOf({ ...shape, edit: (index) => (index === 0 ? [[tag, 'UI', value]] : []) });

const wrong: Readonly<Record<string, readonly [Uint8Array, string, number]>> = {
  'the data set of another instance': [second.dataSet, 'sopInstanceUid', 0xc000],
  'a data set of another study': [edited(0x0020000d, '2.25.1'), 'studyInstanceUid', 0xc000],
  'a data set of another series': [edited(0x0020000e, '2.25.1'), 'seriesInstanceUid', 0xc000],
  'a data set of another class': [
    edited(0x00080016, '1.2.840.10008.5.1.4.1.1.4'),
    'sopClassUid',
    0xa900,
  ],
  'a data set without its SOP Instance UID': [edited(0x00080018, ''), 'sopInstanceUid', 0xc000],
  'two SOP Instance UIDs': [
    edited(0x00080018, `${first.sopInstanceUid}\\2.25.1`),
    'sopInstanceUid',
    0xc000,
  ],
  'no data set at all': [Buffer.from('not a data set, not at all'), 'unreadable', 0xc000],
  'only the beginning of a data set': [first.dataSet.subarray(0, 40), 'unreadable', 0xc000],
};

for (const method of methods) {
  for (const [name, [dataSet, what, status]] of Object.entries(wrong)) {
    test(`${method}: ${name} under the UID asked for is given to nobody, and told`, async (t) => {
      const statuses: number[] = [];
      const script = firstAs(dataSet, statuses);
      const { came, error, failures } = await retrieve(t, { method, script });
      assert.deepEqual(statuses, [status, 0, 0, 0]);
      assert.deepEqual(came, uidsOf(instances.slice(1)));
      assert.equal(error?.code, 'PACS_INSTANCE_WRONG');
      assert.equal(error.context['what'], what);
      assert.equal(failures, 0, 'an answer is no trouble of the PACS');
    });
  }

  test(`${method}: an instance of another class than the PACS lists is refused`, async (t) => {
    const sopClassUidOf = new Map([[first.sopInstanceUid, '1.2.840.10008.5.1.4.1.1.4']]);
    const { came, error } = await retrieve(t, { method, script: honest, unit: { sopClassUidOf } });
    assert.deepEqual(came, uidsOf(instances.slice(1)));
    assert.equal(error?.code, 'PACS_INSTANCE_WRONG');
  });

  test(`${method}: the same content twice is one instance`, async (t) => {
    const statuses: number[] = [];
    const { came, error } = await retrieve(t, {
      method,
      async script({ asked, store, respond }) {
        for (const one of asked) statuses.push(await store(one), await store(one));
        await respond(0);
      },
    });
    assert.equal(error, undefined);
    assert.deepEqual(came, uidsOf(instances));
    assert.deepEqual([...new Set(statuses)], [0]);
  });

  test(`${method}: two contents under one UID end the retrieve`, async (t) => {
    const other = new Uint8Array(first.dataSet).fill(1, first.dataSet.length - 10);
    const { error, failures } = await retrieve(t, {
      method,
      async script({ asked, store, respond }) {
        for (const one of asked) await store(one);
        await store(first, { dataSet: other });
        await respond(0);
      },
    });
    assert.equal(error?.code, 'PACS_CONTENT_CONFLICT');
    assert.equal(failures, 0);
  });

  test(`${method}: a deflated data set says who it is`, async (t) => {
    const deflated = '1.2.840.10008.1.2.1.99';
    const held = instances.map((one) => ({
      ...one,
      transferSyntaxUid: deflated,
      dataSet: deflateRawSync(one.dataSet),
    }));
    const { came, error } = await retrieve(t, { method, script: honest, held });
    assert.equal(error, undefined);
    assert.deepEqual(came, uidsOf(instances));
    const script = firstAs(held[1]?.dataSet ?? assert.fail(), []);
    const forged = await retrieve(t, { method, script, held });
    assert.equal(forged.error?.context['what'], 'sopInstanceUid');
  });

  test(`${method}: a transfer syntax that is not taken is named`, async (t) => {
    const transferSyntaxUid = '1.2.840.10008.1.2.4.201';
    const held = instances.map((one) => ({ ...one, transferSyntaxUid }));
    const { came, error, failures } = await retrieve(t, { method, script: honest, held });
    assert.deepEqual(came, []);
    assert.equal(error?.code, 'PACS_TRANSFER_SYNTAX');
    assert.equal(error.context['transferSyntax'], `${transferSyntaxUid} (HTJ2KLossless)`);
    assert.equal(failures, 0);
  });

  for (const [status, code] of [
    [0xa702, 'PACS_RETRIEVE_FAILED'],
    [0xc001, 'PACS_RETRIEVE_FAILED'],
    [0xa801, 'PACS_RETRIEVE_REFUSED'],
    [0xa900, 'PACS_RETRIEVE_REFUSED'],
    [0x0122, 'PACS_RETRIEVE_REFUSED'],
    [0x0124, 'PACS_RETRIEVE_REFUSED'],
  ] as const) {
    test(`${method}: status 0x${status.toString(16)} is ${code} and named`, async (t) => {
      const script: RetrieveScript = ({ respond }) => respond(status);
      const { error } = await retrieve(t, { method, script });
      assert.equal(error?.code, code);
      assert.equal(error.context['status'], status);
    });
  }
}

const unnamed: RetrieveScript = async ({ asked, store, respond }) => {
  for (const one of asked) await store(one, { originator: 'none' });
  await respond(0);
};

test('a PACS that leaves out the Move Originator is told which setting it needs', async (t) => {
  const { came, error } = await retrieve(t, { method: 'C-MOVE', script: unnamed });
  assert.deepEqual(came, []);
  assert.equal(error?.code, 'PACS_ORIGINATOR_MISSING');
});

test('a PACS that is known to leave it out is heard, but not with another one', async (t) => {
  const setup = { method: 'C-MOVE', moveOriginator: 'absent' } as const;
  const { came, error } = await retrieve(t, { ...setup, script: unnamed });
  assert.equal(error, undefined);
  assert.deepEqual(came, uidsOf(instances));
  const other = await retrieve(t, {
    ...setup,
    async script({ asked, store, respond }) {
      for (const one of asked) await store(one, { originator: { aeTitle: 'MDM', messageId: 0 } });
      await respond(0);
    },
  });
  assert.deepEqual(other.came, []);
});
