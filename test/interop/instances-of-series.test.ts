/**
 * Instances never mislead: what the field's converter makes of those that leave is what it makes of
 * the originals, voxels, places and grouping; or they are withheld.
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { judgeInstances } from '../../tools/volumes/judge-instances.ts';
import { readFolder } from '../../tools/volumes/read-folder.ts';
import { requireData, testData } from '../support/data.ts';
import { writeSeries } from '../support/make-series.ts';
import { requireTool } from '../support/require-tool.ts';
import { tempFolder } from '../support/temp.ts';
import { openMaker } from '../support/volume-maker.ts';

/** What does not leave, or not alike, and why. */
const others: Readonly<Record<string, string>> = {
  // A secondary capture that does not say that nothing is burned in.
  'generic-rgb': 'DEID_BURNED_IN',
  // The converter reads the slices that leave, and not the compressed mosaics that they are of.
  'transfer-syntax-7': 'unreferred',
  'transfer-syntax-8': 'unreferred',
};

/** Whose diffusion tables instances do not give: the converter would read zeros from public elements. */
const withoutTables: ReadonlySet<string> = new Set(['uih-dti-mosaic']);

/** The converter itself makes nothing of these. */
const unread: ReadonlySet<string> = new Set(['compressed-jpegls']);

const root = testData('series');
for (const name of root === undefined ? [] : readdirSync(root).toSorted()) {
  const skip = requireTool('dcm2niix') || requireData(`series/${name}`);
  test(`${name}: ${others[name] ?? 'alike'}`, { skip }, async (t) => {
    const maker = await openMaker(await tempFolder(t));
    t.after(() => maker.close());
    const found = await readFolder(join(testData(`series/${name}`) ?? '', 'dicom'));
    for (const series of found.series) {
      const { files, refusals } = await maker.instances(series);
      const { judged, missing, tables } = await judgeInstances(series, files, await tempFolder(t));
      assert.equal(tables, withoutTables.has(name) ? 'left out' : 'alike');
      const seen = new Set([...refusals, ...judged.map(({ verdict }) => verdict)]);
      const expected = others[name] ?? 'right';
      assert.deepEqual([...seen], unread.has(name) ? [] : [expected]);
      if (!refusals.includes(expected)) assert.deepEqual(missing, []);
    }
  });
}

test("classic images of Philips leave with the scale of their maker, by which the converter's values are", {
  skip: requireTool('dcm2niix'),
}, async (t) => {
  const float = (value: number): Uint8Array => new Uint8Array(new Float32Array([value]).buffer);
  const folder = await tempFolder(t);
  await writeSeries(join(folder, 'made'), {
    modality: 'MR',
    slices: 4,
    edit: () => [
      [0x00080070, 'LO', 'Philips Medical Systems'],
      [0x00281052, 'DS', [-500]],
      [0x00281053, 'DS', [0.25]],
      [0x20050010, 'LO', 'Philips MR Imaging DD 001'],
      [0x2005100d, 'FL', float(2000)],
      [0x2005100e, 'FL', float(8)],
    ],
  });
  const { series } = await readFolder(join(folder, 'made'));
  const [only] = series;
  assert.ok(only !== undefined);
  const maker = await openMaker(folder);
  t.after(() => maker.close());
  const { files, refusals } = await maker.instances(only);
  assert.deepEqual(refusals, []);
  const { judged, volumes } = await judgeInstances(only, files, await tempFolder(t));
  assert.deepEqual(
    judged.map(({ verdict }) => verdict),
    ['right'],
  );
  const { slope, intercept } = volumes[0] ?? {};
  assert.deepEqual([slope, intercept], [0.125, -250]);
});
