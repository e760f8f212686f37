import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock, withTimePassing } from '../../test/support/manual-clock.ts';
import { memoryPacs } from '../../test/support/recall-town.ts';
import { type DataSet, dataSetOf, getString, tag } from '../dicom/index.ts';
import { reveal } from '../flow/mint/reveal.ts';
import { crawl } from './crawl.ts';
import { pacsErrors } from './errors.ts';
import { pacsLimits } from './limits.ts';
import type { PacsQuery } from './pacs-source.ts';

const small = { slices: 6, rows: 4, columns: 4 } as const;
const other = { ...small, slices: 3, studySeed: 2, seed: 2 } as const;

type Answer = (query: PacsQuery, truth: readonly DataSet[], waitedMs: number) => readonly DataSet[];

/** What a walk of two studies, of one series each, finds: instances by series, and its gaps. */
async function walk(answer: Answer) {
  const pacs = memoryPacs('pacs', [small, other]);
  const clock = manualClock();
  pacs.behave.find = (query, truth) => answer(query, truth, clock.monotonicMs());
  const gaps: string[] = [];
  const found: number[] = [];
  const read = async (): Promise<void> => {
    const options = {
      clock,
      memory: { isLongest: async () => false },
      onGap: ({ reason, level, count }: { reason: string; level: string; count: number }) =>
        void gaps.push(`${count} ${level} ${reason}`),
    };
    for await (const series of crawl(pacs, options)) found.push(reveal(series).instances.length);
  };
  await withTimePassing(clock, read());
  return { found, gaps, waitedMs: clock.monotonicMs() };
}

/** Changes the answers of one level. */
const at =
  (level: PacsQuery['level'], change: (truth: readonly DataSet[]) => readonly DataSet[]): Answer =>
  (query, truth) =>
    query.level === level ? change(truth) : truth;

const stating =
  (values: Parameters<typeof dataSetOf>[0]) =>
  (truth: readonly DataSet[]): readonly DataSet[] =>
    truth.map((each) => new Map([...each, ...dataSetOf(values)]));

test('a walk of a PACS whose counts and lists agree has no gap and does not wait', async () => {
  const { found, gaps, waitedMs } = await walk((_, truth) => truth);
  assert.deepEqual([found, gaps, waitedMs], [[6, 3], [], 0]);
});

test('a walk asks what else identifies a patient, so that nothing announced equals it', async () => {
  const asked = new Set<number>();
  await walk((query, truth) => {
    if (query.level === 'STUDY') for (const each of query.keys.keys()) asked.add(each);
    return truth;
  });
  const { AccessionNumber, StudyID, PatientName, PatientBirthDate, OtherPatientIDs } = tag;
  for (const each of [AccessionNumber, StudyID, PatientName, PatientBirthDate, OtherPatientIDs])
    assert.ok(asked.has(each));
});

test('a series that lists fewer than it counts is asked for again, comes last, and is a gap', async () => {
  const { found, gaps, waitedMs } = await walk(at('IMAGE', (truth) => truth.slice(0, 4)));
  assert.deepEqual([found, gaps], [[3, 4], ['1 IMAGE list-short']]);
  assert.equal(waitedMs, pacsLimits.shortListPauseMs);
});

test('a list that is whole when it is asked for once more is no gap', async () => {
  const { found, gaps } = await walk((query, truth, waitedMs) =>
    query.level === 'IMAGE' && waitedMs === 0 ? truth.slice(0, 4) : truth,
  );
  assert.deepEqual([found, gaps], [[3, 6], []]);
});

test('a study that lists fewer series than it counts is asked for again, and is a gap', async () => {
  const study = 'NumberOfStudyRelatedSeries';
  const short = await walk(at('STUDY', stating({ [study]: 2 })));
  assert.deepEqual(short.found, [6, 3]);
  assert.deepEqual(short.gaps, ['1 SERIES list-short', '1 SERIES list-short']);
  assert.equal(short.waitedMs, pacsLimits.shortListPauseMs);
  const arriving = await walk((query, truth, waitedMs) =>
    query.level === 'SERIES' && waitedMs === 0 ? [] : truth,
  );
  assert.deepEqual([arriving.found, arriving.gaps], [[6, 3], []]);
});

test('counts below the list, and none, leave no gap', async () => {
  for (const count of ['', '0', '2', '-4', 'many', '3\\9']) {
    const series = at('SERIES', stating({ NumberOfSeriesRelatedInstances: count }));
    const { found, gaps, waitedMs } = await walk(series);
    assert.deepEqual([found, gaps, waitedMs], [[6, 3], [], 0], count);
  }
});

test('a series without instances is a gap, unless the PACS counts none', async () => {
  const none = (query: PacsQuery, truth: readonly DataSet[]) =>
    query.level === 'IMAGE' ? [] : truth;
  const counting = (count: string) => (query: PacsQuery, truth: readonly DataSet[]) =>
    query.level === 'SERIES'
      ? stating({ NumberOfSeriesRelatedInstances: count })(truth)
      : none(query, truth);
  assert.deepEqual((await walk(counting('0'))).gaps, []);
  const unknown = await walk(counting(''));
  assert.deepEqual(unknown.gaps, ['1 IMAGE nothing-listed', '1 IMAGE nothing-listed']);
  assert.deepEqual((await walk(none)).gaps, ['1 IMAGE list-short', '1 IMAGE list-short']);
});

test('an instance without a proper UID makes the list short, and the others are found', async () => {
  const spoil = (truth: readonly DataSet[]) =>
    truth.map((each, index) =>
      index === 1 ? new Map([...each, ...dataSetOf({ SOPInstanceUID: '9'.repeat(65) })]) : each,
    );
  const { found, gaps } = await walk(at('IMAGE', spoil));
  assert.deepEqual(found, [5, 2]);
  assert.deepEqual(gaps.toSorted(), [
    '1 IMAGE list-short',
    '1 IMAGE list-short',
    '1 IMAGE uid-invalid',
    '1 IMAGE uid-invalid',
  ]);
});

test('a series whose query fails or has too many answers is a gap, and the walk goes on', async () => {
  for (const code of ['PACS_QUERY_FAILED', 'PACS_QUERY_TOO_LARGE'] as const) {
    let queries = 0;
    const { found, gaps } = await walk((query, truth) => {
      if (query.level === 'IMAGE' && queries++ === 0) throw pacsErrors.create(code);
      return truth;
    });
    const reason = code === 'PACS_QUERY_FAILED' ? 'query-failed' : 'too-many-answers';
    assert.deepEqual([found, gaps], [[3], [`1 IMAGE ${reason}`]]);
  }
});

test('instances of another series than was asked for are told apart', async () => {
  const all: DataSet[] = [];
  const { found, gaps } = await walk(
    at('IMAGE', (truth) => {
      all.push(...truth.filter((each) => !all.includes(each)));
      return all;
    }),
  );
  const [, second = 0] = found;
  assert.equal(second, 3);
  assert.match(gaps.join(), /IMAGE not-asked-for/);
  assert.ok(all.every((each) => getString(each, tag.SeriesInstanceUID) !== undefined));
});
