/**
 * A series in which a slice was repeated, by the real production: refused under its plain name, a
 * volume under that of its correction, explained by a text; the same bytes however its instances come.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FoundSeries, readFolder } from '../../tools/volumes/read-folder.ts';
import { writeSeries } from '../support/make-series.ts';
import type { Owner } from '../support/owner.ts';
import type { TestElement } from '../support/part10-writer.ts';
import { tempFolder } from '../support/temp.ts';
import { type MadeSeries, type MakeOptions, openMaker } from '../support/volume-maker.ts';

const slices = 7;
/** The slice behind the repeated one has its place and the lower number: it is the first. */
const [repeated, first] = [3, 4] as const;
const corrected = ['pick-first-duplicate.nii', 'pick-first-duplicate.nii.gz'] as const;
const products = ['nii', ...corrected, 'qc.json'];
const plain: MakeOptions = { shuffle: false, noRecords: false, twice: false, drop: 0, products };
const ways: readonly MakeOptions[] = [
  plain,
  { ...plain, noRecords: true },
  { ...plain, shuffle: true },
  { ...plain, shuffle: true, twice: true },
  { ...plain, shuffle: true, twice: true, noRecords: true },
];

/** @param numbers of the repeated slice and of the first */
async function seriesWith(t: Owner, numbers: readonly [number, number]): Promise<FoundSeries> {
  const folder = await tempFolder(t);
  const place = (index: number): number => (index < first ? index : index - 1);
  await writeSeries(folder, {
    slices,
    rows: 8,
    columns: 10,
    edit: (index): readonly TestElement[] => [
      [0x00200032, 'DS', [-10, -20, 30 + 1.5 * place(index)]],
      [0x00200013, 'IS', [index === repeated ? numbers[0] : index === first ? numbers[1] : index]],
    ],
  });
  const { series } = await readFolder(folder);
  const [only, another] = series;
  assert(only !== undefined && another === undefined);
  return only;
}

const textsOf = (made: MadeSeries): readonly string[] =>
  [
    ...made.files.map(({ name, product, bytes }) => `${name}.${product} ${bytes.toString('hex')}`),
    ...made.refusals,
  ].toSorted();

test('a repeated slice: the same bytes in any order, twice, with and without records', async (t) => {
  const maker = await openMaker(await tempFolder(t));
  t.after(() => maker.close());
  const series = await seriesWith(t, [11, 10]);
  const made: MadeSeries[] = [];
  for (const way of ways) made.push(await maker.make(series, way));
  const [one, ...others] = made;
  assert(one !== undefined);
  assert.deepEqual(
    one.files.map(({ product }) => product),
    [...corrected, 'qc.json'],
  );
  assert.deepEqual(one.refusals, ['VOLUME_DUPLICATE_POSITION']);
  for (const other of others) assert.deepEqual(textsOf(other), textsOf(one));

  const [leftOut] = series.files.filter(({ path }) => path.includes(`im0000${repeated + 1}`));
  assert(leftOut !== undefined);
  const files = series.files.filter((file) => file !== leftOut);
  const whole = await maker.make({ ...series, files }, { ...plain, products: ['nii', 'nii.gz'] });
  assert.deepEqual(
    whole.files.map(({ name, bytes }) => [name, bytes]),
    one.files.slice(0, 2).map(({ name, bytes }) => [name, bytes]),
  );

  const told = JSON.parse(one.files.at(-1)?.bytes.toString() ?? '');
  assert.deepEqual([told.refusal, told.duplicates], ['VOLUME_DUPLICATE_POSITION', [repeated]]);
  const [correction] = told.corrections;
  assert.deepEqual([correction.name, correction.refusal], ['pick-first-duplicate', null]);
  assert.equal(correction.leftOut.length, 1);
  const atPlace = told.slices.filter(({ slice }: { slice: number }) => slice === repeated);
  assert.equal(atPlace.length, 2);
  const { instanceUid } = correction.leftOut[0];
  assert.ok(atPlace.some((each: { instanceUid: string }) => each.instanceUid === instanceUid));
  assert.ok(!instanceUid.startsWith(series.uid), 'a pseudonym');
});

test('a retrieve that is short makes nothing, whatever it lacks', async (t) => {
  const maker = await openMaker(await tempFolder(t));
  t.after(() => maker.close());
  const series = await seriesWith(t, [11, 10]);
  for (let times = 0; times < 3; times += 1) {
    const made = await maker.make(series, { ...plain, shuffle: times > 0, drop: 1 });
    assert.deepEqual(made, { files: [], refusals: ['PRODUCTION_INCOMPLETE'] });
  }
});

test('numbers that decide nothing leave the refusal alone, which says so', async (t) => {
  const maker = await openMaker(await tempFolder(t));
  t.after(() => maker.close());
  const { files, refusals } = await maker.make(await seriesWith(t, [10, 10]), plain);
  assert.deepEqual(
    files.map(({ product }) => product),
    ['qc.json'],
  );
  const told = JSON.parse(files[0]?.bytes.toString() ?? '');
  assert.deepEqual(told.corrections, [
    { name: 'pick-first-duplicate', refusal: 'VOLUME_DUPLICATES_UNDECIDED', leftOut: [] },
  ]);
  assert.deepEqual(refusals, [
    'VOLUME_DUPLICATE_POSITION',
    'VOLUME_DUPLICATES_UNDECIDED',
    'VOLUME_DUPLICATES_UNDECIDED',
  ]);
});
