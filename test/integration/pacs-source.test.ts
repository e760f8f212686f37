/** The DIMSE source, its guard and the receiver against the demonstration PACS over real TCP. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type DemoPacs, startDemoPacs } from '../../demo/pacs/demo-pacs.ts';
import { getNumber, type Instance, sopClass, tag } from '../../src/dicom/index.ts';
import { identify } from '../../src/flow/mint/identified.ts';
import { reveal } from '../../src/flow/mint/reveal.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { crawl } from '../../src/pacs/crawl.ts';
import { createGuard, type Guard } from '../../src/pacs/guard/index.ts';
import { createDimseSource, MoveSender } from '../../src/pacs/kinds/dimse/index.ts';
import type { PacsSource, RetrieveUnit } from '../../src/pacs/pacs-source.ts';
import { type Receiver, startReceiver } from '../../src/pacs/receiver/index.ts';
import { requireData, testData } from '../support/data.ts';
import {
  type MadeInstance,
  makeSeries,
  seriesIdentity,
  writeSeries,
} from '../support/make-series.ts';
import { tempFolder } from '../support/temp.ts';

const shape = { slices: 12, rows: 200, columns: 200 } as const;
const series = seriesIdentity(shape);
const made: readonly MadeInstance[] = [...makeSeries(shape)];

interface Setup {
  readonly pacs: DemoPacs;
  readonly receiver: Receiver;
  readonly source: PacsSource;
  readonly guard: Guard;
}

async function setUp(t: TestContext, method: 'C-GET' | 'C-MOVE' | 'auto'): Promise<Setup> {
  const folder = await tempFolder(t);
  await writeSeries(folder, shape);
  const clock = systemClock;
  const at = { pacs: 'demo', host: '127.0.0.1', callingAeTitles: ['DEMO'] };
  const sender = new MoveSender({ ...at, clock });
  const receiver = await startReceiver({
    host: '127.0.0.1',
    port: 0,
    aeTitle: 'RECV',
    senders: [sender],
    clock,
    log: silentLog,
  });
  const destinations = { RECV: { host: '127.0.0.1', port: receiver.port } };
  const pacs = await startDemoPacs({ folder, port: 0, aeTitle: 'DEMO', destinations });
  const guard = createGuard({ clock });
  const source = createDimseSource({
    lists: { isLongest: async () => false },
    name: 'demo',
    host: '127.0.0.1',
    port: pacs.port,
    callingAeTitle: 'MDM',
    calledAeTitle: 'DEMO',
    method,
    moveTarget: { receiver, sender, moveOriginator: 'present' },
    guard,
    clock,
    log: silentLog,
  });
  t.after(async () => {
    await source.close();
    await pacs.close();
    await receiver.close();
  });
  return { pacs, receiver, source, guard };
}

const unitOf = (instances: readonly MadeInstance[]): RetrieveUnit => ({
  series,
  sopInstanceUids: instances.map(({ sopInstanceUid }) => sopInstanceUid),
  sopClassUids: [sopClass.CTImageStorage],
});

async function bytesOf({ dataSet }: Instance): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of dataSet) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

for (const method of ['C-GET', 'C-MOVE', 'auto'] as const) {
  test(`${method}: instances come in the order asked, bit by bit, and the permit is given back`, async (t) => {
    const { source, guard } = await setUp(t, method);
    const asked = made.toReversed().slice(1, 9);
    const came: string[] = [];
    for await (const identified of source.retrieve(identify(unitOf(asked)), {})) {
      const instance = reveal(identified);
      const original = asked[came.length];
      came.push(instance.sopInstanceUid);
      assert((await bytesOf(instance)).equals(Buffer.from(original?.dataSet ?? [])));
    }
    assert.deepEqual(came, unitOf(asked).sopInstanceUids);
    await source.close();
    assert.equal(guard.status().associationsOpen, 0);
  });

  test(`${method}: a reader may skip instances, read a part, or leave`, async (t) => {
    const { source, guard } = await setUp(t, method);
    let index = 0;
    for await (const identified of source.retrieve(identify(unitOf(made)), {})) {
      index += 1;
      if (index % 3 === 0) continue;
      for await (const _ of reveal(identified).dataSet) if (index % 3 === 1) break;
      if (index === 10) break;
    }
    assert.equal(index, 10);
    // The association or its successor still works.
    const expected = reveal(await source.expected(identify(series), {}));
    assert.equal(expected.list?.instances.length, shape.slices);
    assert.equal(expected.counted, shape.slices);
    const shaped = reveal(await source.expected(identify(series), { withShapes: true }));
    for (const { record } of shaped.list?.instances ?? assert.fail('a list')) {
      assert.equal(getNumber(record, tag.Rows), shape.rows);
    }
    await source.close();
    assert.equal(guard.status().associationsOpen, 0);
    assert.equal(guard.status().failures, 0);
  });

  test(`${method}: an aborted signal ends the retrieve with its reason`, async (t) => {
    const { source, guard } = await setUp(t, method);
    const stop = new AbortController();
    const read = async (): Promise<void> => {
      const options = { signal: stop.signal };
      for await (const identified of source.retrieve(identify(unitOf(made)), options)) {
        stop.abort(new Error('left'));
        await bytesOf(reveal(identified));
      }
    };
    await assert.rejects(read(), /left/);
    await source.close();
    assert.equal(guard.status().associationsOpen, 0);
  });
}

test('a crawl asks on while it reads its answers, under a cap of one association', async (t) => {
  const { source } = await setUp(t, 'C-GET');
  const found = [];
  const options = {
    clock: systemClock,
    memory: { isLongest: async () => false },
    onGap: (gap: object) => assert.fail(JSON.stringify(gap)),
  };
  for await (const one of crawl(source, options)) found.push(reveal(one));
  assert.equal(found.length, 1);
  assert.equal(found[0]?.instances.length, shape.slices);
});

for (const method of ['C-GET', 'C-MOVE'] as const) {
  test(`${method}: a crawl does not keep its association from a reader who waits`, async (t) => {
    const { source } = await setUp(t, method);
    let queries = 0;
    const read = new AbortController();
    const crawlOn = async (): Promise<void> => {
      for (; queries < 200 && !read.signal.aborted; queries += 1) {
        await source.expected(identify(series), {});
      }
    };
    const readOne = async (): Promise<void> => {
      for await (const _ of source.retrieve(identify(unitOf(made)), {})) read.abort();
    };
    await Promise.all([crawlOn(), readOne()]);
    assert.ok(queries < 10, `${queries} queries went first`);
  });
}

test('a PACS that is gone is unreachable, and after three failures left alone', async (t) => {
  const { source, pacs, guard } = await setUp(t, 'C-GET');
  await pacs.close();
  const codes: string[] = [];
  for (let attempt = 0; attempt < 4; attempt += 1) {
    await source.probe({}).catch((error: { code: string }) => codes.push(error.code));
  }
  assert.deepEqual(codes, [
    'PACS_UNREACHABLE',
    'PACS_UNREACHABLE',
    'PACS_UNREACHABLE',
    'PACS_CIRCUIT_OPEN',
  ]);
  assert.equal(guard.status().circuit, 'open');
});

const hostile = requireData('hostile', 'zoo/pydicom');

test('the demonstration PACS lists what it can read of broken files, and goes on', {
  skip: hostile,
}, async (t) => {
  const folders = ['hostile', 'zoo/pydicom'].map((path) => testData(path) ?? '');
  for (const folder of folders) {
    const pacs = await startDemoPacs({ folder, port: 0, aeTitle: 'DEMO' });
    t.after(() => pacs.close());
    assert(pacs.index.instances.size > 0);
  }
});

test('SOP classes beyond one association are retrieved over several', async (t) => {
  const { source } = await setUp(t, 'C-GET');
  const others = Array.from({ length: 20 }, (_, index) => `1.2.840.10008.5.1.4.1.1.999.${index}`);
  const sopClassUids = [...others, sopClass.CTImageStorage];
  const came: string[] = [];
  for await (const identified of source.retrieve(identify({ ...unitOf(made), sopClassUids }), {})) {
    came.push(reveal(identified).sopInstanceUid);
    await bytesOf(reveal(identified));
  }
  assert.deepEqual(came, unitOf(made).sopInstanceUids);
});
