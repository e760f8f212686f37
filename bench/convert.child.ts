import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { identifiedAsIs } from '../test/support/identified-as-is.ts';
import { plainFiles, plainSealer } from '../test/support/plain-output.ts';
import { openMaker } from '../test/support/volume-maker.ts';
import { readFolder, recordOf } from '../tools/volumes/read-folder.ts';

// Volumes of the series in the folders below FROM, one after another, as plain files in TO.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { identified: { type: 'boolean', default: false } },
});
const [from = '', to = '', product = ''] = positionals;
const key = new Uint8Array(32).fill(7);
await mkdir(to, { recursive: true });
const maker = await openMaker(to, {
  sealer: plainSealer(),
  storage: plainFiles(to),
  ...(values.identified ? { deidentifier: identifiedAsIs(key) } : {}),
});
const options = { shuffle: false, noRecords: false, twice: false, drop: 0, products: [product] };
for (const name of (await readdir(from)).toSorted()) {
  const { series } = await readFolder(join(from, name), { keep: recordOf });
  for (const one of series) {
    const results = await maker.produce(one, options);
    if (!results.some(({ kind }) => kind === 'produced')) throw new Error(JSON.stringify(results));
  }
}
await maker.close();
