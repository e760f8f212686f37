import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { SeriesOptions } from '../../test/support/make-series.ts';
import type { TestElement } from '../../test/support/part10-writer.ts';
import {
  jobOf,
  jobSeries,
  openWorkshop,
  plaintextOf,
  resultsOf,
  targetOf,
} from '../../test/support/production.ts';
import type { ProductionJob, StackOfSeries } from './index.ts';

const slices = 6;
const at = (millimetres: number): TestElement => [0x00200032, 'DS', [-10, -20, 30 + millimetres]];
/** The last slice lies where two are missing. */
const short: SeriesOptions = {
  slices,
  rows: 16,
  columns: 12,
  edit: (index) => (index === slices - 1 ? [at((slices + 1) * 1.5)] : []),
};
const qcFile = targetOf({ fileId: 7, product: 'qc.json' });
const backwards = Array.from({ length: slices }, (_, index) => slices - 1 - index);

/** What is said of the stack of a series, or the code of a refusal. */
async function qcOf(
  t: TestContext,
  series: ReturnType<typeof jobSeries>,
  options: Parameters<typeof jobOf>[2] = {},
): Promise<string> {
  const workshop = await openWorkshop(t);
  const job = jobOf(workshop, series, { targets: [qcFile], ...options });
  const [result] = await resultsOf(workshop.production.produce(job));
  if (result?.kind === 'refused') return result.code;
  assert(result?.kind === 'produced');
  return (await plaintextOf(workshop, result)).toString();
}

test('a stack that is refused has one file, which says why; the same bytes whatever came first', async (t) => {
  const text = await qcOf(t, jobSeries(short));
  const told = JSON.parse(text);
  assert.equal(told.refusal, 'VOLUME_UNEVEN_SPACING');
  assert.deepEqual(told.missing, [{ after: 4, slices: 2 }]);
  assert.deepEqual(
    told.slices.map(({ slice }: { slice: number }) => slice),
    [0, 1, 2, 3, 4, 5],
  );
  for (const records of [true, false]) {
    for (const order of [backwards, [...backwards, ...backwards]]) {
      assert.equal(await qcOf(t, jobSeries({ ...short, records }), { order }), text);
    }
  }
  const targets = [targetOf({ fileId: 1 }), qcFile];
  const workshop = await openWorkshop(t);
  const results = await resultsOf(
    workshop.production.produce(jobOf(workshop, jobSeries(short), { targets })),
  );
  assert.deepEqual(
    results.map((result) => (result.kind === 'refused' ? result.code : result.kind)),
    ['VOLUME_UNEVEN_SPACING', 'produced'],
  );
});

test('a stack that is refused is one of its series, and its file is had by its name', async (t) => {
  const workshop = await openWorkshop(t);
  const stacks: StackOfSeries[] = [];
  for await (const result of workshop.production.produce(jobOf(workshop, jobSeries(short)))) {
    if (result.kind === 'stacks') stacks.push(...result.stacks);
  }
  const [stack, another] = stacks;
  assert(stack !== undefined && another === undefined);
  assert.deepEqual([stack.products, stack.state], [['qc.json'], 'refused']);
  const named = { ...qcFile, stackName: stack.name };
  const text = await qcOf(t, jobSeries(short), { targets: [named] });
  assert.equal(JSON.parse(text).refusal, 'VOLUME_UNEVEN_SPACING');
});

test('of several stacks each says why it is none', async (t) => {
  const edit = (index: number): readonly TestElement[] => {
    const side: readonly TestElement[] =
      index < 3
        ? [
            [0x00280010, 'US', [12]],
            [0x00280011, 'US', [16]],
          ]
        : [];
    return [at([0, 1.5, 4, 0, 1.5, 6][index] ?? 0), ...side];
  };
  const series = jobSeries({ ...short, edit });
  const stacks: StackOfSeries[] = [];
  const workshop = await openWorkshop(t);
  for await (const result of workshop.production.produce(jobOf(workshop, series))) {
    if (result.kind === 'stacks') stacks.push(...result.stacks);
  }
  assert.deepEqual(
    stacks.map(({ products }) => products),
    [['qc.json'], ['qc.json']],
  );
  assert.equal(await qcOf(t, series), 'VOLUME_SEVERAL_STACKS');
  for (const { name: stackName } of stacks) {
    const told = JSON.parse(await qcOf(t, series, { targets: [{ ...qcFile, stackName }] }));
    assert.equal(told.slices.length, 3);
  }
});

test('what came short or broken is told of nothing', async (t) => {
  const series = jobSeries(short);
  const order = backwards.slice(1);
  await assert.rejects(qcOf(t, series, { order }), { code: 'PRODUCTION_INCOMPLETE' });
  const instances = (async function* (): ProductionJob['instances'] {
    for (const index of backwards)
      yield series.instance(index, { dropBytes: index === 2 ? 50 : 0 });
  })();
  assert.equal(await qcOf(t, series, { instances }), 'DEID_MALFORMED');
});
