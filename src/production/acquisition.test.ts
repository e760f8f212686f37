import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { SeriesOptions } from '../../test/support/make-series.ts';
import { canonSlice, statedVolume, xaVolume } from '../../test/support/make-split.ts';
import {
  jobOf,
  jobSeries,
  openWorkshop,
  plaintextOf,
  producedOf,
  targetOf,
} from '../../test/support/production.ts';
import type { SeriesFacts } from '../facts/index.ts';
import type { FileResult, ProductionJob, ProductionResult } from './production.ts';

interface Known {
  readonly results: readonly ProductionResult[];
  /** Undefined where the pass says nothing. */
  readonly facts: SeriesFacts | undefined;
}

/** What a pass says of a series. */
async function known(results: AsyncIterable<ProductionResult>): Promise<Known> {
  const all: ProductionResult[] = [];
  for await (const result of results) all.push(result);
  const said = all.flatMap((result) => (result.kind === 'facts' ? [result.facts] : []));
  assert.ok(said.length <= 1);
  return { results: all, facts: said[0] };
}

/** The facts of a series, and what its `qc.json` says of them. */
async function produced(
  t: TestContext,
  options: SeriesOptions,
  change: Partial<ProductionJob> = {},
): Promise<Known & { readonly qc: Record<string, unknown> }> {
  const workshop = await openWorkshop(t);
  const targets = [targetOf({ fileId: 1 }), targetOf({ fileId: 2, product: 'qc.json' })];
  const job = jobOf(workshop, jobSeries(options), { targets, ...change });
  const { results, facts } = await known(workshop.production.produce(job));
  const files = results.filter((result): result is FileResult => 'fileId' in result);
  const qc = JSON.parse((await plaintextOf(workshop, producedOf(files, 2))).toString());
  return { results, facts, qc };
}

test('volumes that are series of their own say of which acquisition, and where in it', async (t) => {
  const third = await produced(t, xaVolume(3));
  const first = await produced(t, xaVolume(1));
  const { AcquisitionGroup: group, ...rest } = third.facts ?? {};
  assert.match(String(group), /^a-[0-9a-z]{16}$/);
  assert.deepEqual(rest, { AcquisitionPlace: 3, AcquisitionExpected: 4 });
  assert.deepEqual(first.facts, {
    AcquisitionGroup: group,
    AcquisitionPlace: 1,
    AcquisitionExpected: 4,
  });
  assert.deepEqual(third.qc['acquisition'], { group, place: 3, expected: 4 });
  assert.deepEqual(third.qc['dimensions'], [8, 8, 3, 1]);
});

test('slices that are series of their own are volumes of one slice, in their acquisition', async (t) => {
  const second = await produced(t, canonSlice(2));
  const first = await produced(t, canonSlice(1));
  const group = second.facts?.AcquisitionGroup;
  assert.deepEqual(second.facts, { AcquisitionGroup: group, AcquisitionPlace: 2 });
  assert.equal(first.facts?.AcquisitionGroup, group);
  assert.equal(second.qc['oneSlice'], true);
  assert.deepEqual(second.qc['dimensions'], [8, 8, 1, 3]);
  assert.deepEqual(second.qc['acquisition'], { group, place: 2, expected: null });
});

test('time points that state their acquisition are places in it', async (t) => {
  const [second, first] = [await produced(t, statedVolume(2)), await produced(t, statedVolume(1))];
  const group = second.facts?.AcquisitionGroup;
  const expected = { AcquisitionGroup: group, AcquisitionExpected: 2 };
  assert.deepEqual(second.facts, { ...expected, AcquisitionPlace: 2 });
  assert.deepEqual(first.facts, { ...expected, AcquisitionPlace: 1 });
});

test('a pass tells what the series is before it tells what was made of it', async (t) => {
  const { results } = await produced(t, xaVolume(1));
  assert.deepEqual(
    results.map(({ kind }) => kind),
    ['stacks', 'facts', 'produced', 'produced'],
  );
});

test('a series whose images do not agree, or lie apart, is in none', async (t) => {
  const differing: readonly SeriesOptions[] = [
    {},
    xaVolume(1, { edit: (index) => [[0x00200011, 'IS', [16_001 + (index === 2 ? 1 : 0)]]] }),
    xaVolume(1, {
      edit: (index) =>
        index === 1
          ? [
              [0x00081030, 'LO', ''],
              [0x00080031, 'TM', ''],
            ]
          : [],
    }),
    canonSlice(1, {
      edit: (index) => [
        [0x00200032, 'DS', [-10, -20, 3 * index]],
        [0x00200100, 'IS', ''],
        [0x00200105, 'IS', ''],
      ],
    }),
  ];
  for (const options of differing) {
    const { facts, qc } = await produced(t, options);
    assert.deepEqual(facts, {});
    assert.equal(qc['acquisition'], null);
  }
});

test('only a pass over the whole series tells of it, for its instances too', async (t) => {
  const workshop = await openWorkshop(t);
  const series = jobSeries(xaVolume(2));
  const all = series.names.map((instanceName, index) =>
    targetOf({ fileId: index + 1, product: 'dcm', instanceName }),
  );
  const told = async (change: Partial<ProductionJob>): Promise<SeriesFacts | undefined> =>
    (await known(workshop.production.produce(jobOf(workshop, series, change)))).facts;
  assert.equal((await told({ targets: all }))?.AcquisitionPlace, 2);
  assert.equal(await told({ targets: all.slice(0, 1) }), undefined);
  const few = { targets: all, source: undefined };
  assert.equal(await told(few), undefined);
});

test('an image that is withheld could say something else', async (t) => {
  const workshop = await openWorkshop(t);
  const edit = (index: number) => (index === 1 ? ([[0x00280301, 'CS', 'YES']] as const) : []);
  const job = jobOf(workshop, jobSeries(xaVolume(2, { edit })));
  assert.deepEqual((await known(workshop.production.produce(job))).facts, {});
});

test('nothing of what is read leaves: neither in facts nor in qc.json', async (t) => {
  const { facts, qc } = await produced(
    t,
    xaVolume(1, {
      edit: () => [
        [0x00181030, 'LO', 'CANARY^JANE'],
        [0x00080021, 'DA', '19700113'],
        [0x00080031, 'TM', '134957.123456'],
      ],
    }),
  );
  const text = JSON.stringify([facts, qc]);
  assert.match(text, /AcquisitionGroup":"a-/);
  for (const token of ['CANARY', 'JANE', '19700113', '134957', '123456', '16001']) {
    assert.ok(!text.includes(token), token);
  }
});
