/** PACS that cut their lists short, over real DIMSE: what a walk and a recall make of them. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type DataSet, dataSetOf, getString, tag } from '../../src/dicom/index.ts';
import { identify } from '../../src/flow/mint/identified.ts';
import { reveal } from '../../src/flow/mint/reveal.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { crawl } from '../../src/pacs/crawl.ts';
import { createGuard } from '../../src/pacs/guard/index.ts';
import { createDimseSource } from '../../src/pacs/kinds/dimse/index.ts';
import type { PacsLimits } from '../../src/pacs/limits.ts';
import type { PacsQuery, PacsSource } from '../../src/pacs/pacs-source.ts';
import { manualClock, withTimePassing } from '../support/manual-clock.ts';
import {
  listInstance,
  type ScriptedInstance,
  type ScriptedPacs,
  startScriptedPacs,
} from '../support/scripted-pacs.ts';

const study = '1.2.840.1';
const series = '1.2.840.1.1';

/** Instances whose content times are a second apart. */
function instances(count: number, of = { study, series }): ScriptedInstance[] {
  return Array.from({ length: count }, (_, index) => {
    const ContentTime = new Date((36_000 + index) * 1000).toISOString().slice(11, 23);
    return listInstance(
      {
        sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
        sopInstanceUid: `${of.series}.${index + 1}`,
        studyInstanceUid: of.study,
        seriesInstanceUid: of.series,
        transferSyntaxUid: '1.2.840.10008.1.2',
        dataSet: new Uint8Array(0),
      },
      { ContentTime: ContentTime.replaceAll(':', ''), StudyDate: '20200102' },
    );
  });
}

async function setUp(
  t: TestContext,
  limits: Partial<PacsLimits> = {},
): Promise<{ pacs: ScriptedPacs; source: PacsSource }> {
  const pacs = await startScriptedPacs(t);
  let longest = 0;
  const source = createDimseSource({
    name: 'scripted',
    host: '127.0.0.1',
    port: pacs.port,
    callingAeTitle: 'MDM',
    calledAeTitle: 'SCRIPTED',
    method: 'C-GET',
    guard: createGuard({ clock: systemClock }),
    lists: {
      async isLongest(_, length) {
        longest = Math.max(longest, length);
        return length >= longest;
      },
    },
    clock: systemClock,
    log: silentLog,
    limits,
  });
  t.after(() => source.close());
  return { pacs, source };
}

async function expected(source: PacsSource) {
  const ref = { studyInstanceUid: study, seriesInstanceUid: series };
  const { list, counted } = reveal(await source.expected(identify(ref), {}));
  return { listed: list?.instances.length, unusable: list?.unusable, counted };
}

async function walk(source: PacsSource) {
  const clock = manualClock();
  const gaps: string[] = [];
  const found: number[] = [];
  const options = {
    clock,
    memory: { isLongest: async () => false },
    onGap: ({
      reason,
      level,
      status = '',
    }: {
      reason: string;
      level: string;
      status?: string | undefined;
    }) => void gaps.push(`${level} ${reason} ${status}`.trim()),
  };
  const read = async (): Promise<void> => {
    for await (const one of crawl(source, options)) found.push(reveal(one).instances.length);
  };
  await withTimePassing(clock, read());
  return { found, gaps };
}

const levelOf = (query: DataSet): string | undefined => getString(query, tag.QueryRetrieveLevel);

/** Gives at most `cap` answers, and the counts that `count` makes of the true ones. */
function capped(cap: number, count: (truth: number) => string): ScriptedPacs['answers'] {
  return (query, truth) =>
    truth.slice(0, cap).map((answer) => {
      if (levelOf(query) !== 'SERIES') return answer;
      const stated = Number(getString(answer, tag.NumberOfSeriesRelatedInstances));
      const counts = dataSetOf({ NumberOfSeriesRelatedInstances: count(stated) });
      return new Map([...answer, ...counts]);
    });
}

test('a PACS that caps its answers and looks at ranges of time gives the whole series', async (t) => {
  const { pacs, source } = await setUp(t);
  pacs.instances = instances(230);
  for (const cap of [50, 64, 100, 128, 7]) {
    for (const count of ['', 'many', '0', '-3', '12']) {
      pacs.answers = capped(cap, () => count);
      const { listed } = await expected(source);
      assert.ok(listed === 230 || cap === 7, `cap ${cap}, count ${count}: ${listed}`);
    }
    pacs.answers = capped(cap, String);
    assert.equal((await expected(source)).counted, 230);
  }
});

test('a PACS that states counts at the SERIES level only, or cannot list images', async (t) => {
  const { pacs, source } = await setUp(t);
  pacs.instances = instances(5);
  assert.deepEqual(await expected(source), { listed: 5, unusable: 0, counted: 5 });
  pacs.findStatus = (query) => (levelOf(query) === 'IMAGE' ? 0xa900 : 0);
  assert.deepEqual(await expected(source), { listed: undefined, unusable: undefined, counted: 5 });
  pacs.findStatus = (query) => (levelOf(query) === 'SERIES' ? 0xc001 : 0);
  assert.deepEqual(await expected(source), { listed: 5, unusable: 0, counted: undefined });
});

test('matches without an identifier, and without a proper UID, are answers that name nothing', async (t) => {
  const { pacs, source } = await setUp(t);
  pacs.instances = instances(5);
  const nameless: readonly (DataSet | undefined)[] = [
    undefined,
    new Map(),
    dataSetOf({ SOPInstanceUID: '1.2.*' }),
    dataSetOf({ SOPInstanceUID: '1.2\\1.3' }),
  ];
  for (const answer of nameless) {
    pacs.answers = (query, truth) => (levelOf(query) === 'IMAGE' ? [...truth, answer] : truth);
    assert.deepEqual(await expected(source), { listed: 5, unusable: 1, counted: 5 });
    assert.deepEqual(await walk(source), { found: [5], gaps: ['IMAGE uid-invalid'] });
  }
});

test('a query that ends with a warning of its own kind is not a whole list', async (t) => {
  const { pacs, source } = await setUp(t);
  pacs.instances = [
    ...instances(5),
    ...instances(3, { study: '1.2.840.2', series: '1.2.840.2.1' }),
  ];
  pacs.findStatus = (query) =>
    levelOf(query) === 'IMAGE' && getString(query, tag.SeriesInstanceUID) === series ? 0xb001 : 0;
  assert.equal((await expected(source)).listed, undefined);
  assert.deepEqual(await walk(source), { found: [3], gaps: ['IMAGE query-failed 0xB001'] });
  pacs.findStatus = () => 0x0001;
  assert.equal((await expected(source)).listed, 5, 'an attribute that is not supported');
});

test('a walk of a PACS that caps: what its counts say is short is a gap, or is found in parts', async (t) => {
  const { pacs, source } = await setUp(t);
  pacs.instances = instances(130);
  pacs.answers = capped(50, String);
  assert.deepEqual(await walk(source), { found: [130], gaps: [] });
  pacs.answers = capped(7, String);
  assert.deepEqual(await walk(source), { found: [7], gaps: ['IMAGE list-short'] });
  pacs.answers = capped(50, () => '');
  assert.deepEqual(await walk(source), { found: [130], gaps: [] });
  const noRanges = instances(130).map((each) => ({
    ...each,
    header: new Map([...each.header].filter(([key]) => key !== tag.ContentTime)),
  }));
  pacs.instances = noRanges;
  assert.deepEqual(await walk(source), { found: [50], gaps: ['IMAGE list-doubtful'] });
});

test('a list of studies that is cut at a round number is asked for by date', async (t) => {
  const { pacs, source } = await setUp(t);
  pacs.instances = Array.from({ length: 120 }, (_, at) => {
    const [one] = instances(1, { study: `1.2.840.3.${at}`, series: `1.2.840.3.${at}.1` });
    assert(one !== undefined);
    const date = new Date(Date.UTC(2020, 0, 1 + at)).toISOString().slice(0, 10);
    const StudyDate = date.replaceAll('-', '');
    return { ...one, header: new Map([...one.header, ...dataSetOf({ StudyDate })]) };
  });
  pacs.answers = capped(50, String);
  const { found, gaps } = await walk(source);
  assert.deepEqual([found.length, gaps], [120, []]);
  pacs.instances = pacs.instances.map((each) => ({
    ...each,
    header: new Map([...each.header, ...dataSetOf({ StudyDate: '20200101' })]),
  }));
  assert.deepEqual((await walk(source)).gaps, ['STUDY list-doubtful']);
});

/** Answers that are asked for no more than this, and have a large text beside it. */
const fat: ScriptedPacs['answers'] = (_, truth) =>
  truth.map((answer) => new Map([...answer, ...dataSetOf({ ImageComments: 'x'.repeat(9_000) })]));

async function answersTo(source: PacsSource, query: PacsQuery): Promise<readonly DataSet[]> {
  const answers: DataSet[] = [];
  for await (const answer of source.find(identify(query), {})) answers.push(reveal(answer));
  return answers;
}

test('of an answer only what was asked for is held', async (t) => {
  const { pacs, source } = await setUp(t);
  pacs.instances = instances(3);
  pacs.answers = fat;
  const keys = dataSetOf({ StudyInstanceUID: study, SeriesInstanceUID: '', Modality: '' });
  const [answer] = await answersTo(source, { level: 'SERIES', keys });
  assert.equal(answer?.has(tag.ImageComments), false);
  assert.equal(answer?.has(tag.Modality), true);
});

test('answers without end are not held, however few they are', async (t) => {
  const { pacs, source } = await setUp(t, { answersBytesMax: 100_000 });
  pacs.instances = instances(20);
  pacs.answers = fat;
  const keys = dataSetOf({
    StudyInstanceUID: study,
    SeriesInstanceUID: series,
    SOPInstanceUID: '',
  });
  await assert.rejects(answersTo(source, { level: 'IMAGE', keys }), {
    code: 'PACS_QUERY_TOO_LARGE',
  });
});
