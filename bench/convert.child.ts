import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openMaker } from '../test/support/volume-maker.ts';
import { readFolder } from '../tools/volumes/read-folder.ts';
import { plainFiles, plainSealer } from './plain-output.ts';

// Volumes of the series in the folders below FROM, one after another, as plain files in TO.
const [, , from = '', to = '', product = 'nii'] = process.argv;
await mkdir(to, { recursive: true });
const maker = await openMaker(to, { sealer: plainSealer(), storage: plainFiles(to) });
for (const name of (await readdir(from)).toSorted()) {
  const { series } = await readFolder(join(from, name));
  for (const one of series) {
    const options = {
      shuffle: false,
      noRecords: false,
      twice: false,
      drop: 0,
      products: [product],
    };
    const results = await maker.produce(one, options);
    if (!results.some(({ kind }) => kind === 'produced')) throw new Error(JSON.stringify(results));
  }
}
await maker.close();
