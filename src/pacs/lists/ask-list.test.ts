import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DataSet, dataSetOf, getString, tag } from '../../dicom/index.ts';
import { pacsErrors } from '../errors.ts';
import { pacsLimits } from '../limits.ts';
import type { PacsQuery } from '../pacs-source.ts';
import { askList, type PacsList } from './ask-list.ts';
import { statedCount } from './count.ts';
import { isRoundLength } from './round-length.ts';

/** A PACS that lists instances whose content times are a second apart. */
interface Capped {
  readonly held: number;
  /** Answers it gives at most. */
  readonly cap: number;
  /** What it does with ranges; looks at them if left out. */
  readonly ranges?: 'looked at' | 'ignored' | 'refused';
  /** Seconds of the day of an instance; undefined where it has no time. */
  readonly secondOf?: (index: number) => number | undefined;
  readonly counted?: number;
}

function timeOf(second: number): string {
  return new Date(second * 1000).toISOString().slice(11, 19).replaceAll(':', '');
}

function isWithin(answer: DataSet, range: string): boolean {
  assert.match(range, /^\d{6}-\d{6}$/, 'no fractions where answers have none');
  const [from = '', to = ''] = range.split('-');
  const time = getString(answer, tag.ContentTime);
  return time !== undefined && time >= from && time <= to;
}

async function listOf(pacs: Capped): Promise<{ list: PacsList; queries: number }> {
  const { held, cap, ranges = 'looked at', secondOf = (index) => 36_000 + index, counted } = pacs;
  const all = Array.from({ length: held }, (_, index) => {
    const second = secondOf(index);
    const time = second === undefined ? {} : { ContentTime: timeOf(second) };
    return dataSetOf({ SOPInstanceUID: `1.2.${index + 1}`, ...time });
  });
  let queries = 0;
  const find = async ({ keys }: PacsQuery): Promise<readonly DataSet[]> => {
    queries += 1;
    const range = getString(keys, tag.ContentTime);
    if (range !== undefined && ranges === 'refused') throw pacsErrors.create('PACS_QUERY_FAILED');
    const isLookedAt = range !== undefined && ranges === 'looked at';
    const matches = all.filter((each) => !isLookedAt || isWithin(each, range));
    return matches
      .slice(0, cap)
      .map((each) => (keys.has(tag.ContentTime) ? each : without(each, tag.ContentTime)));
  };
  let longest = 0;
  const memory = {
    async isLongest(_: string, length: number) {
      longest = Math.max(longest, length);
      return length >= longest;
    },
  };
  const of = { StudyInstanceUID: '1.1', SeriesInstanceUID: '1.2' };
  const question = { level: 'IMAGE', of, returned: ['SOPInstanceUID'], counted } as const;
  return { list: await askList({ pacs: 'p', find, memory }, question), queries };
}

function without(answer: DataSet, which: number): DataSet {
  return new Map([...answer].filter(([key]) => key !== which));
}

test('a list that its count confirms is not asked for again, however long it is', async () => {
  for (const length of [1, 50, 64, 100, 128, 4096]) {
    const { list, queries } = await listOf({ held: length, cap: 9999, counted: length });
    assert.equal(queries, 1);
    assert.deepEqual(
      [list.usable.length, list.standing, list.isDoubtful],
      [length, 'confirmed', false],
    );
  }
});

test('what a PACS that caps its answers held back is found in parts', async () => {
  for (const cap of [4, 50, 64, 100, 128, 500]) {
    const held = Math.floor(cap * 2.7);
    const { list, queries } = await listOf({ held, cap });
    assert.equal(list.usable.length, held, `cap ${cap}`);
    assert.deepEqual([list.standing, list.isDoubtful], ['not-counted', false], `cap ${cap}`);
    assert.ok(queries <= pacsLimits.listPartsMax, `cap ${cap}: ${queries} queries`);
  }
});

test('a union that reaches the count is confirmed, and one beyond it is not', async () => {
  const reached = await listOf({ held: 270, cap: 100, counted: 270 });
  assert.deepEqual([reached.list.usable.length, reached.list.standing], [270, 'confirmed']);
  const beyond = await listOf({ held: 270, cap: 100, counted: 20 });
  assert.deepEqual([beyond.list.usable.length, beyond.list.standing], [270, 'counted-fewer']);
});

test('where parts are not to be had, a list of a round length may be cut short', async () => {
  const unhelpful: readonly Pick<Capped, 'ranges' | 'secondOf'>[] = [
    { ranges: 'ignored' },
    { ranges: 'refused' },
    { secondOf: () => undefined },
    { secondOf: () => 36_000 },
  ];
  for (const pacs of unhelpful) {
    const { list, queries } = await listOf({ held: 270, cap: 100, ...pacs });
    assert.deepEqual([list.usable.length, list.isDoubtful], [100, true]);
    assert.ok(queries <= 4);
  }
  const { list } = await listOf({ held: 99, cap: 1000, ranges: 'ignored' });
  assert.deepEqual([list.usable.length, list.isDoubtful], [99, false]);
});

test('parts that lack some of the list, or are never short enough, leave it in doubt', async () => {
  const some = await listOf({ held: 100, cap: 100, secondOf: (at) => (at % 2 ? at : undefined) });
  assert.deepEqual([some.list.usable.length, some.list.isDoubtful], [100, true]);
  const endless = await listOf({ held: 20_000, cap: 50 });
  assert.equal(endless.list.isDoubtful, true);
  assert.ok(endless.list.usable.length > 500);
  assert.ok(endless.queries <= pacsLimits.listPartsMax + 4);
});

test('lengths at which lists are cut: multiples of 50 and powers of two from 64', () => {
  for (const round of [50, 64, 100, 128, 500, 1000, 1024, 65_536])
    assert.ok(isRoundLength(round), `${round}`);
  for (const other of [0, 1, 2, 4, 32, 49, 51, 63, 65, 99, 127, 999])
    assert.ok(!isRoundLength(other), `${other}`);
});

test('a count is one whole number from zero on; whatever else is none', () => {
  const counts: readonly (readonly [string, number | undefined])[] = [
    ['6', 6],
    [' 6 ', 6],
    ['+6', 6],
    ['0', 0],
    ['', undefined],
    ['six', undefined],
    ['-1', undefined],
    ['6.5', undefined],
    ['6\\7', undefined],
    ['n/a\\--', undefined],
  ];
  for (const [text, count] of counts) {
    const value = new TextEncoder().encode(text);
    const answer: DataSet = new Map([
      [
        tag.NumberOfSeriesRelatedInstances,
        { tag: tag.NumberOfSeriesRelatedInstances, vr: 'IS', value },
      ],
    ]);
    assert.equal(statedCount(answer, tag.NumberOfSeriesRelatedInstances), count, text);
  }
  assert.equal(statedCount(new Map(), tag.NumberOfSeriesRelatedInstances), undefined);
});
