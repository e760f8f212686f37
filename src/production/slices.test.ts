import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeMosaic } from '../../test/support/make-mosaic.ts';
import {
  jobOf,
  jobSeries,
  openWorkshop,
  resultsOf,
  targetOf,
} from '../../test/support/production.ts';
import { tempFolder } from '../../test/support/temp.ts';
import { openInstance, readFolder } from '../../tools/volumes/read-folder.ts';
import { identify } from '../flow/mint/identified.ts';
import { type ProductionLimits, productionLimits } from './limits.ts';

const mosaic = {
  rows: 12,
  columns: 10,
  tiles: 7,
  spacingMm: [2, 2.5, 3],
  origin: [-30, -20, 15],
  rowDirection: [1, 0, 0],
  columnDirection: [0, 1, 0],
  along: 1,
  csa: 2,
  instanceNumber: 3,
} as const;

/** What becomes of the wanted slices of the mosaic. */
async function outcomes(
  t: TestContext,
  wanted: readonly number[],
  limits: Partial<ProductionLimits> = {},
): Promise<readonly string[]> {
  const folder = await tempFolder(t);
  await writeFile(join(folder, 'a.dcm'), makeMosaic(mosaic).file);
  const [series] = (await readFolder(folder)).series;
  const [file] = series?.files ?? [];
  assert(file !== undefined);
  const workshop = await openWorkshop(t, { defaults: productionLimits, limits });
  const targets = wanted.map((slice) =>
    targetOf({ fileId: slice + 1, product: 'dcm', instanceName: 'i-1', slice }),
  );
  const instances = (async function* () {
    yield { name: 'i-1', instance: identify(await openInstance(file)) };
  })();
  const expected = [{ name: 'i-1', record: undefined }];
  const job = jobOf(workshop, jobSeries(), { targets, instances, expected });
  const results = await resultsOf(workshop.production.produce(job));
  return results.map((each) => `${each.fileId} ${'code' in each ? each.code : each.kind}`);
}

test('each slice that is wanted is made, or refused: those that the image has not too', async (t) => {
  assert.deepEqual(await outcomes(t, [1, 99]), ['2 produced', '100 VOLUME_STACK_GONE']);
});

test('an image that is too large to be cut in memory is not', async (t) => {
  const frameBytesMax = 3 * 3 * mosaic.rows * mosaic.columns * 2;
  assert.deepEqual(await outcomes(t, [0], { frameBytesMax }), ['1 produced']);
  const limits = { frameBytesMax: frameBytesMax - 1 };
  assert.deepEqual(await outcomes(t, [0], limits), ['1 VOLUME_TOO_LARGE']);
});
