/**
 * An archive may hold a series in any transfer syntax: what other projects' tools compress without
 * loss gives the volumes that the native images give, byte for byte. `MDM_LONG=1`: series of any size.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { readNifti } from '../../tools/volumes/nifti-file.ts';
import { readFolder } from '../../tools/volumes/read-folder.ts';
import { requireData, testData } from '../support/data.ts';
import { requireTool } from '../support/require-tool.ts';
import { tempFolder } from '../support/temp.ts';
import { type MakeOptions, openMaker } from '../support/volume-maker.ts';

const run = promisify(execFile);

const tools: Readonly<Record<string, readonly [string, ...string[]]>> = {
  RLE: ['dcmcrle'],
  'JPEG lossless': ['dcmcjpeg'],
  'JPEG-LS': ['dcmcjpls'],
  'JPEG 2000': ['gdcmconv', '--j2k'],
  'big endian': ['dcmconv', '+tb'],
  implicit: ['dcmconv', '+ti'],
  deflated: ['dcmconv', '+td'],
};

/** Native, one of each maker and form. */
const names = [
  'bits-12',
  'ge-dti',
  'ge-fmri',
  'generic-non-isotropic',
  'hitachi-anatomical',
  'philips-dti',
  'philips-enhanced-fieldmap',
  'philips-enhanced-fmri',
  'siemens-mosaic-epi-ap',
  'siemens-mosaic-epi-lr',
  'siemens-xa10-enhanced',
  'uih-dti-mosaic',
  ...(process.env['MDM_LONG'] === '1'
    ? ['bad-slice-count', 'ge-rtia-epi', 'ge-epi-4d', 'philips-fmri']
    : []),
];

/** What does not give the same volumes, by what it gives. */
const others: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // Private elements have no VR there: nothing says how the grid lies.
  'uih-dti-mosaic': { implicit: 'DEID_GRID' },
  // What lies in the unused bits cannot be taken out of coded samples.
  'bits-12': { 'JPEG lossless': 'DEID_COMPRESSED_UNCHECKED' },
  // The tool leaves 16 bits that are called bytes as they are, and says that they are big endian.
  'ge-dti': { 'big endian': '' },
  'generic-non-isotropic': { 'big endian': '' },
};

const options: MakeOptions = { shuffle: true, noRecords: false, twice: false, drop: 0 };

/** The volumes of the series in a folder, by what they hold, and codes of what is not made. */
async function volumesOf(folder: string, scratch: string): Promise<readonly string[]> {
  const maker = await openMaker(scratch);
  try {
    const { series } = await readFolder(folder);
    const told: string[] = [];
    for (const one of series) {
      const { files, refusals } = await maker.make(one, options);
      told.push(...refusals, ...files.map(({ bytes }) => wholeOf(bytes)));
    }
    return told.toSorted();
  } finally {
    await maker.close();
  }
}

function wholeOf(bytes: Buffer): string {
  const { sha256, affine, dim, slope, intercept } = readNifti(bytes);
  return [sha256, dim.join('x'), slope, intercept, ...affine].join(' ');
}

for (const name of names) {
  test(`${name}, transcoded`, {
    skip: requireData(`series/${name}`) || requireTool('dcmcrle', 'gdcmconv'),
    timeout: 600_000,
  }, async (t) => {
    const from = join(testData(`series/${name}`) ?? '', 'dicom');
    const folder = await tempFolder(t);
    const native = await volumesOf(from, join(folder, 'native-made'));
    assert.ok(native.length > 0);
    const { series } = await readFolder(from);
    const files = series.flatMap((one) => one.files);
    for (const [kind, [command, ...flags]] of Object.entries(tools)) {
      const to = join(folder, kind);
      await mkdir(to);
      for (const [at, { path }] of files.entries()) {
        await run(command, [...flags, path, join(to, `${at}.dcm`)]);
      }
      assert.equal((await readdir(to)).length, files.length);
      const made = await volumesOf(to, join(folder, `${kind}-made`));
      const other = others[name]?.[kind];
      if (other === undefined) assert.deepEqual(made, native, kind);
      else if (other !== '')
        assert.ok(
          made.every((told) => told === other || native.includes(told)),
          made.join(),
        );
    }
  });
}
