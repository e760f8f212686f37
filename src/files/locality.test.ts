import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { products } from '../../test/support/catalog-products.ts';
import { manualClock } from '../../test/support/manual-clock.ts';
import { openCatalog } from '../catalog/index.ts';
import { deidentified } from '../flow/mint/deidentified.ts';
import { statOfFile } from './stat.ts';

/** Where a file is said to be of a series that was announced so. */
async function localityOf(t: TestContext, isHeld: boolean): Promise<string> {
  const catalog = await openCatalog({ products, path: ':memory:', clock: manualClock() });
  t.after(() => catalog.close());
  const offer = {
    site: 'berlin',
    name: 'ct',
    delivery: 'open',
    formats: ['dcm'],
  } as const;
  const place = { patientName: 'p-1', studyName: 't-1', seriesName: 's-1' };
  const series = {
    site: 'berlin',
    collection: 'ct',
    ...place,
    instanceNames: ['i-1'],
    isHeld,
    metadata: deidentified({}),
  };
  await catalog.inbox.apply([
    { sequence: 1, change: { kind: 'collection', offer } },
    { sequence: 2, change: { kind: 'series', series } },
  ]);
  const path = '/berlin/ct/p-1/t-1/s-1/i-1.dcm';
  const node = await catalog.names.resolve(path);
  assert(node?.kind === 'file');
  return statOfFile(node, { path, form: 'plain', mayRead: true, growing: undefined }).locality;
}

test('what no configured archive holds and is not staged is unavailable, not nearline', async (t) => {
  assert.equal(await localityOf(t, true), 'NEARLINE');
  assert.equal(await localityOf(t, false), 'UNAVAILABLE');
});
