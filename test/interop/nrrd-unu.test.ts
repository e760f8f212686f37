import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readNifti } from '../../tools/volumes/nifti-file.ts';
import { readFolder } from '../../tools/volumes/read-folder.ts';
import { requireData, testData } from '../support/data.ts';
import { requireTool } from '../support/require-tool.ts';
import { tempFolder } from '../support/temp.ts';
import { openMaker } from '../support/volume-maker.ts';

/** Oblique, of three and of four dimensions; one against row x column. */
const names = ['hitachi-anatomical', 'philips-dti', 'uih-dti-mosaic'] as const;

for (const name of names) {
  const skip = requireTool('teem-unu') || requireData(`series/${name}`);
  test(`unu reads the NRRD of ${name}: the same voxels, at the same places as in NIfTI`, {
    skip,
  }, async (t) => {
    const folder = await tempFolder(t);
    const maker = await openMaker(folder);
    t.after(() => maker.close());
    const found = await readFolder(join(testData(`series/${name}`) ?? '', 'dicom'));
    const [series] = found.series;
    assert.ok(series !== undefined);
    const options = { shuffle: false, noRecords: false, twice: false, drop: 0 };
    const { files } = await maker.make(series, { ...options, products: ['nii', 'nrrd'] });
    const [nii, nrrd] = files;
    assert.ok(nii !== undefined && nrrd !== undefined);
    const path = join(folder, 'a.nrrd');
    await writeFile(path, nrrd.bytes);
    const unu = (...words: readonly string[]): Buffer =>
      execFileSync('teem-unu', [...words, '-i', path, '-o', '-'], { maxBuffer: 2 ** 28 });
    const { voxels, affine } = readNifti(nii.bytes);
    const head = execFileSync('teem-unu', ['head', path]).toString();
    const vectors = [...head.matchAll(/\(([^)]*)\)/g)].map(([, text = '']) =>
      text.split(',').map(Number),
    );
    const columns = [0, 1, 2, 3].map((column) =>
      [0, 1, 2].map((row) => affine[row * 4 + column] ?? 0),
    );
    // NIfTI is RAS, the file LPS.
    for (const [at, column] of columns.entries()) {
      const lps = column.map((value, axis) => (axis < 2 ? -value : value));
      for (const [axis, value] of lps.entries()) {
        assert.ok(
          Math.abs((vectors[at]?.[axis] ?? 0) - value) < 1e-3,
          `${head}\n${String(affine)}`,
        );
      }
    }
    const raw = unu('save', '-f', 'nrrd', '-e', 'raw');
    assert.deepEqual(raw.subarray(-voxels.length), voxels);
  });
}
