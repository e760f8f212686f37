/**
 * Every series of the test data through the real production, held against what the field's converter
 * made of it: the same voxels, places and scale, or a refusal that is on the list. The list may only
 * shrink.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { expectedOf } from '../../tools/volumes/expected.ts';
import { judgeAll, type References, type Verdict } from '../../tools/volumes/judge.ts';
import { readNifti } from '../../tools/volumes/nifti-file.ts';
import { type FoundSeries, readFolder } from '../../tools/volumes/read-folder.ts';
import { requireData, testData } from '../support/data.ts';
import { requireTool } from '../support/require-tool.ts';
import { tempFolder } from '../support/temp.ts';
import { type MadeSeries, type MakeOptions, openMaker } from '../support/volume-maker.ts';

/** What is not made, and why. */
const refusals: Readonly<Record<string, string>> = {
  // Slices 0.7 mm apart in one place: the converter writes them as if even, and warns.
  'bad-slice-increment': 'VOLUME_UNEVEN_SPACING',
  // A secondary capture that does not say that nothing is burned in.
  'generic-rgb': 'DEID_BURNED_IN',
};

/** What differs from the converter, and why that is right. */
const differences: Readonly<Record<string, readonly Verdict[]>> = {
  // 3D acquisitions: the converter turns the finished volume to axial; here slices stay slices.
  'bad-slice-count': ['turned'],
  'compressed-j2k': ['turned'],
  'compressed-jpeg': ['turned'],
  'compressed-rle': ['turned'],
  // One of them is signed: the converter takes the sign off.
  'bits-12': ['right', 'sign'],
  // The same images; the converter cannot read them.
  'compressed-jpegls': ['unreferred'],
  // The magnitude is turned too. Of the field map, the converter's slope is 6e-6 off the 1 / SS that it reads.
  'philips-enhanced-fieldmap': ['turned', 'scale'],
};

const plain: MakeOptions = { shuffle: false, noRecords: false, twice: false, drop: 0 };
/** However instances come, and whatever the archive says of them. */
const ways: readonly MakeOptions[] = [
  plain,
  { ...plain, shuffle: true, noRecords: true },
  { ...plain, shuffle: true, twice: true },
];

async function seriesOf(name: string): Promise<readonly FoundSeries[]> {
  const { series, unreadable } = await readFolder(join(testData(`series/${name}`) ?? '', 'dicom'));
  assert.deepEqual(unreadable, []);
  return series;
}

async function referencesOf(name: string): Promise<References> {
  const path = join(testData(`series/${name}`) ?? '', 'expected.json');
  return existsSync(path) ? expectedOf(path) : new Map();
}

const root = testData('series');
for (const name of root === undefined ? [] : readdirSync(root).toSorted()) {
  test(`${name}: ${refusals[name] ?? 'made'}`, {
    skip: requireData(`series/${name}`),
  }, async (t) => {
    const maker = await openMaker(await tempFolder(t));
    t.after(() => maker.close());
    const references = await referencesOf(name);
    for (const series of await seriesOf(name)) {
      const made: MadeSeries[] = [];
      for (const way of ways) made.push(await maker.make(series, way));
      const [first, ...others] = made;
      for (const other of others) assert.deepEqual(digestsOf(other), digestsOf(first), 'any way');
      check(name, first, references);
      const short = await maker.make(series, { ...plain, drop: 1 });
      assert.deepEqual(short.files, [], 'nothing is made of a part');
    }
  });
}

function check(name: string, made: MadeSeries | undefined, references: References): void {
  assert.ok(made !== undefined);
  const refusal = refusals[name];
  if (refusal !== undefined) {
    assert.deepEqual([...new Set(made.refusals)], [refusal]);
    assert.equal(made.files.length, 0);
    return;
  }
  assert.deepEqual(made.refusals, []);
  const { judged } = judgeAll(
    made.files.map(({ bytes }) => readNifti(bytes)),
    references,
  );
  const verdicts = judged.map(({ verdict, difference }) => `${verdict} ${difference}`.trim());
  const allowed = differences[name] ?? ['right'];
  assert.ok(judged.length > 0);
  assert.deepEqual(
    verdicts.filter((verdict) => !allowed.some((each) => verdict.split(' ', 1)[0] === each)),
    [],
  );
}

function digestsOf(made: MadeSeries | undefined): readonly string[] {
  const files = (made?.files ?? []).map(({ name, bytes }) => `${name} ${readNifti(bytes).sha256}`);
  return [...files, ...(made?.refusals ?? [])].toSorted();
}

test('generic-rgb that says that nothing is burned in: made', {
  skip: requireData('series/generic-rgb') || requireTool('dcmodify'),
}, async (t) => {
  const folder = await tempFolder(t);
  const from = join(testData('series/generic-rgb') ?? '', 'dicom');
  for (const name of readdirSync(from)) {
    copyFileSync(join(from, name), join(folder, name));
    execFileSync('dcmodify', ['-nb', '-i', 'BurnedInAnnotation=NO', join(folder, name)]);
  }
  const { series } = await readFolder(folder);
  const maker = await openMaker(await tempFolder(t));
  t.after(() => maker.close());
  assert.equal(series.length, 1);
  for (const one of series) {
    const { files, refusals } = await maker.make(one, plain);
    const volumes = files.map(({ bytes }) => readNifti(bytes));
    const { judged, missing } = judgeAll(volumes, await referencesOf('generic-rgb'));
    assert.deepEqual(
      [refusals, judged.map(({ verdict }) => verdict), missing],
      [[], ['right'], []],
    );
  }
});
