import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { SeriesOptions } from '../../test/support/make-series.ts';
import type { TestElement } from '../../test/support/part10-writer.ts';
import {
  jobOf,
  jobSeries,
  openWorkshop,
  plaintextOf,
  producedOf,
  resultsOf,
  targetOf,
  versionOf,
} from '../../test/support/production.ts';
import type { ProductionTarget, StackOfSeries } from './index.ts';

const correction = 'pick-first-duplicate.nii';
const [rows, columns] = [16, 12] as const;
const at = (place: number): TestElement => [0x00200032, 'DS', [-10, -20, 30 + 1.5 * place]];
/** The slice at 1 was repeated; the repeat, at 2, is left out. */
const repeated: SeriesOptions = {
  slices: 5,
  rows,
  columns,
  edit: (index) => (index < 2 ? [] : [at(index - 1)]),
};
const leftOut = 2;
const volume = targetOf({ fileId: 1 });
const corrected = targetOf({ fileId: 2, product: correction });
const packed = targetOf({ fileId: 3, product: `${correction}.gz` });
const qcFile = targetOf({ fileId: 4, product: 'qc.json' });
const orders = [
  [0, 1, 2, 3, 4],
  [2, 0, 1, 3, 4],
  [4, 3, 1, 0, 2],
] as const;

/** What became of each target: its bytes, or the code. */
async function made(
  t: TestContext,
  options: SeriesOptions,
  job: { readonly targets: readonly ProductionTarget[]; readonly order?: readonly number[] },
): Promise<readonly string[]> {
  const workshop = await openWorkshop(t);
  const series = jobSeries({ records: false, ...options });
  const results = await resultsOf(workshop.production.produce(jobOf(workshop, series, job)));
  return Promise.all(
    job.targets.map(async ({ fileId }) => {
      const result = results.find((each) => each.fileId === fileId);
      if (result?.kind === 'refused') return result.code;
      return (await plaintextOf(workshop, producedOf(results, fileId))).toString('hex');
    }),
  );
}

test('the plain name stays refused; its correction is the same bytes in any order', async (t) => {
  const targets = [volume, corrected, packed, qcFile];
  const [plain, ...others] = await made(t, repeated, { targets });
  assert.equal(plain, 'VOLUME_DUPLICATE_POSITION');
  for (const order of orders) {
    assert.deepEqual(await made(t, repeated, { targets, order }), [plain, ...others]);
  }
});

test('the receipt of a correction names it, and counts what is in it', async (t) => {
  const workshop = await openWorkshop(t);
  const job = jobOf(workshop, jobSeries(repeated), { targets: [corrected] });
  const result = producedOf(await resultsOf(workshop.production.produce(job)), 2);
  const { recipe, source } = await versionOf(workshop, result);
  assert.deepEqual(recipe.at(-1), { name: 'correction', value: 'pick-first-duplicate' });
  assert.deepEqual([source.instances, source.completeness], [4, 'verified']);
});

test('of a volume there is nothing to correct', async (t) => {
  const codes = await made(t, { ...repeated, edit: () => [] }, { targets: [corrected] });
  assert.deepEqual(codes, ['VOLUME_NOTHING_TO_CORRECT']);
});

test('pixels that are too few refuse a correction, whichever slice has them and whenever it comes', async (t) => {
  for (const broken of [leftOut, 3]) {
    const few = new Uint8Array(2 * rows * columns - 8);
    const edit = (index: number): readonly TestElement[] => [
      ...(repeated.edit?.(index) ?? []),
      ...(index === broken ? [[0x7fe00010, 'OW', few] as const] : []),
    ];
    const told = new Set<string>();
    for (const order of orders) {
      const options = { ...repeated, edit };
      const [code, text = ''] = await made(t, options, { targets: [corrected, qcFile], order });
      told.add(code ?? '');
      // What headers say holds in any case, as it does where nobody wants pixels.
      assert.deepEqual(await made(t, options, { targets: [qcFile], order }), [text]);
    }
    assert.equal(told.size, 1, [...told].join());
    assert.match([...told].join(), /^(?:VOLUME|DEID)_/);
  }
});

test('beside other stacks a correction is had by the name of its stack alone', async (t) => {
  /** The last two lie on their sides: another stack. */
  const edit = (index: number): readonly TestElement[] => [
    ...(repeated.edit?.(index) ?? []),
    ...(index > 4
      ? ([
          [0x00280010, 'US', [columns]],
          [0x00280011, 'US', [rows]],
        ] as const)
      : []),
  ];
  const options: SeriesOptions = { ...repeated, slices: 7, edit };
  const stacks: StackOfSeries[] = [];
  const workshop = await openWorkshop(t);
  const job = jobOf(workshop, jobSeries(options), { targets: [volume] });
  for await (const result of workshop.production.produce(job)) {
    if (result.kind === 'stacks') stacks.push(...result.stacks);
  }
  const [whole, refused] = stacks;
  assert(whole !== undefined && refused !== undefined);
  assert.deepEqual([whole.state, refused.state], ['made', 'refused']);
  assert.deepEqual(refused.products, ['qc.json', correction, `${correction}.gz`]);
  const of = (stack: StackOfSeries, target: ProductionTarget): ProductionTarget => ({
    ...target,
    fileId: target.fileId + 10,
    stackName: stack.name,
  });
  const [alias, both, other] = await made(t, options, {
    targets: [corrected, of(refused, corrected), of(whole, volume)],
  });
  assert.equal(alias, 'VOLUME_SEVERAL_STACKS');
  assert.deepEqual(await made(t, options, { targets: [of(refused, corrected)] }), [both]);
  assert.deepEqual(await made(t, options, { targets: [of(whole, volume)] }), [other]);
  const none = await made(t, options, { targets: [of(refused, volume), of(whole, corrected)] });
  assert.deepEqual(none, ['VOLUME_DUPLICATE_POSITION', 'VOLUME_NOTHING_TO_CORRECT']);
});
