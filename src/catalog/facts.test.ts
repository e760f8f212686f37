import assert from 'node:assert/strict';
import { test } from 'node:test';
import { products } from '../../test/support/catalog-products.ts';
import type { SeriesFacts } from '../facts/index.ts';
import { deidentified } from '../flow/mint/deidentified.ts';
import type { Catalog, CatalogChange, FileNode, MetadataCondition, SeriesId } from './catalog.ts';
import { openCatalog } from './open-catalog.ts';

const group = 'a-0123456789abcdef';
const another = 'a-fedcba9876543210';
const offer = { site: 'berlin', name: 'lung', delivery: 'open', formats: ['dcm'] } as const;
const under = '/berlin/lung/p-1/t-1';

/** A catalog that is told of series one after another. */
class Shelf {
  readonly catalog: Catalog;
  #sequence = 0;

  constructor(catalog: Catalog) {
    this.catalog = catalog;
  }

  async apply(change: CatalogChange): Promise<void> {
    this.#sequence += 1;
    await this.catalog.inbox.apply([{ sequence: this.#sequence, change }]);
  }

  announce(seriesName: string, instanceNames: readonly string[] = ['i-1']): Promise<void> {
    return this.apply({
      kind: 'series',
      series: {
        site: 'berlin',
        collection: 'lung',
        patientName: 'p-1',
        studyName: 't-1',
        seriesName,
        instanceNames,
        isHeld: true,
        metadata: deidentified({ Modality: 'MR' }),
      },
    });
  }

  async idOf(seriesName: string): Promise<SeriesId> {
    const node = await this.catalog.names.resolve(`${under}/${seriesName}/volume.nii`);
    return (node as FileNode).seriesId;
  }

  async prove(seriesName: string, facts: SeriesFacts): Promise<void> {
    await this.catalog.versions.factsProven(await this.idOf(seriesName), facts);
  }

  /** Names of the series that satisfy all. */
  async find(
    conditions: readonly (readonly [string, MetadataCondition['operator'], string | number])[],
    page: { readonly after?: string; readonly limit?: number; readonly under?: string } = {},
  ): Promise<readonly string[]> {
    const found = await this.catalog.query.find({
      under: page.under ?? '/',
      conditions: conditions.map(([keyword, operator, value]) => ({ keyword, operator, value })),
      within: ['/berlin/lung'],
      after: page.after,
      limit: page.limit ?? 10,
    });
    return found.map(({ path }) => path.slice(under.length + 1));
  }
}

async function shelf(places: Readonly<Record<string, SeriesFacts>>): Promise<Shelf> {
  const made = new Shelf(await openCatalog({ products, path: ':memory:' }));
  await made.apply({ kind: 'collection', offer });
  for (const [name, facts] of Object.entries(places)) {
    await made.announce(name);
    await made.prove(name, facts);
  }
  return made;
}

const at = (place: number, id = group): SeriesFacts => ({
  AcquisitionGroup: id,
  AcquisitionPlace: place,
});

/** By path they are 10, 2, 1, 2. */
const four = { 's-a': at(10), 's-b': at(2), 's-c': at(1), 's-d': at(2), 's-e': at(1, another) };
const ofGroup = ['AcquisitionGroup', '=', group] as const;

test('the series of an acquisition are found in the order of their places, page by page', async () => {
  const made = await shelf({ ...four, 's-f': {} });
  const ordered = ['s-c', 's-b', 's-d', 's-a'];
  assert.deepEqual(await made.find([ofGroup]), ordered);
  let after: string | undefined;
  for (const name of ordered) {
    const page = await made.find(
      [ofGroup],
      after === undefined ? { limit: 1 } : { limit: 1, after },
    );
    assert.deepEqual(page, [name]);
    after = `${under}/${name}`;
  }
  assert.deepEqual(await made.find([ofGroup], { after: `${under}/s-a` }), []);
  assert.deepEqual(await made.find([ofGroup, ['AcquisitionPlace', '<=', 2]]), ordered.slice(0, 3));
  assert.deepEqual(await made.find([ofGroup, ['Modality', '=', 'CT']]), []);
  assert.deepEqual(await made.find([ofGroup], { under: `${under}/s-b` }), ['s-b']);
  assert.deepEqual(await made.find([['AcquisitionGroup', 'like', 'a-*']]), [
    's-a',
    's-b',
    's-c',
    's-d',
    's-e',
  ]);
});

test('facts are told with metadata, and what is shown to nobody is not found by them', async () => {
  const made = await shelf(four);
  const conditions = [{ keyword: 'AcquisitionGroup', operator: '=', value: another }] as const;
  const query = { under: '/', conditions, after: undefined, limit: 10 };
  const [found] = await made.catalog.query.find({ ...query, within: ['/berlin/lung'] });
  assert.deepEqual(found?.metadata, { Modality: 'MR', ...at(1, another) });
  assert.deepEqual(await made.catalog.query.find({ ...query, within: ['/berlin/other'] }), []);
  assert.deepEqual(await made.catalog.query.find({ ...query, within: [] }), []);
  const place = { site: 'berlin', collection: 'lung', patientName: 'p-1', studyName: 't-1' };
  await made.apply({ kind: 'series-hidden', place: { ...place, seriesName: 's-c' } });
  const withdrawn = { ...place, seriesName: 's-d' };
  await made.apply({ kind: 'series-withdrawn', place: withdrawn, reason: 'opt-out' });
  assert.deepEqual(await made.find([ofGroup]), ['s-b', 's-a']);
});

test('an announcement leaves facts, new facts replace them, and growth forgets them', async () => {
  const made = await shelf({ 's-a': { ...at(1), AcquisitionExpected: 9 } });
  await made.announce('s-a');
  assert.deepEqual(await made.find([['AcquisitionExpected', '=', 9]]), ['s-a']);
  await made.prove('s-a', at(1));
  assert.deepEqual(await made.find([['AcquisitionExpected', '=', 9]]), []);
  assert.deepEqual(await made.find([ofGroup]), ['s-a']);
  await made.announce('s-a', ['i-1', 'i-2']);
  assert.deepEqual(await made.find([ofGroup]), []);
  await made.prove('s-a', at(1));
  assert.deepEqual(await made.find([ofGroup]), ['s-a']);
  await made.prove('s-a', {});
  assert.deepEqual(await made.find([ofGroup]), []);
});

test('a part that left its acquisition between two pages makes no other be passed over', async () => {
  const made = await shelf(four);
  await made.prove('s-b', {});
  const next = await made.find([ofGroup], { after: `${under}/s-b` });
  assert.deepEqual(next, ['s-c', 's-d', 's-a']);
});

test('what is no fact of a series, or no name of a group, is not taken', async () => {
  const made = await shelf({ 's-a': {} });
  const wrong: readonly object[] = [
    { AcquisitionGroup: 'CANARY^JANE' },
    { AcquisitionGroup: 'a-short' },
    { AcquisitionPlace: 1.5 },
    { SeriesTime: 1 },
  ];
  for (const facts of wrong) await assert.rejects(made.prove('s-a', facts), /AssertionError|fact/);
});
