import type { Catalog, CatalogChange } from '../../src/catalog/catalog.ts';
import { openCatalog } from '../../src/catalog/index.ts';
import { catalogLimits } from '../../src/catalog/limits.ts';
import { deidentified } from '../../src/flow/mint/deidentified.ts';
import { products } from '../support/catalog-products.ts';
import { checkGrowth } from './growth.ts';

const name = (kind: string, index: number): string => `${kind}-${`${index}`.padStart(16, '0')}`;

const offer: CatalogChange = {
  kind: 'collection',
  offer: { site: 'site', name: 'all', delivery: 'open', formats: ['dcm'] },
};

function series(index: number, instances: number): CatalogChange {
  return {
    kind: 'series',
    series: {
      site: 'site',
      collection: 'all',
      patientName: name('p', index),
      studyName: name('t', index),
      seriesName: name('s', index),
      instanceNames: Array.from({ length: instances }, (_, at) => name('i', index * 10_000 + at)),
      isHeld: true,
      metadata: deidentified({ Modality: 'CT' }),
    },
  };
}

async function holding(changes: readonly CatalogChange[]): Promise<Catalog> {
  // Many windows of few, as a large catalog has many of a thousand.
  const limits = { ...catalogLimits, queryWindow: 10 };
  const catalog = await openCatalog({ products, path: ':memory:', limits });
  const all = [offer, ...changes];
  await catalog.inbox.apply(all.map((change, index) => ({ sequence: index + 1, change })));
  return catalog;
}

async function apply(changes: readonly CatalogChange[]): Promise<void> {
  const catalog = await holding(changes);
  await catalog.close();
}

/** A search that finds nothing looks at all there is. */
async function findNone(catalog: Catalog): Promise<void> {
  const conditions = [{ keyword: 'Modality', operator: '=', value: 'MR' }] as const;
  const query = { under: '/site/all', conditions, within: ['/site/all'] };
  await catalog.query.find({ ...query, after: undefined, limit: 1 });
}

checkGrowth([
  {
    count: 'instances of a series in an announcement',
    limit: 'pacs.answersMax',
    n: 2_000,
    make: (n) => () => apply([series(1, n)]),
  },
  {
    count: 'series of an archive',
    limit: 'pacs.answersMax a study',
    n: 300,
    make: (n) => {
      const changes = Array.from({ length: n }, (_, index) => series(index, 3));
      return () => apply(changes);
    },
  },
  {
    count: 'series that a search looks at',
    limit: 'catalog.queryWindow a step',
    n: 1_500,
    make: async (n) => {
      const catalog = await holding(Array.from({ length: n }, (_, index) => series(index, 1)));
      return () => findNone(catalog);
    },
  },
]);
