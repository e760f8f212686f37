import type { CatalogChange } from '../../src/catalog/catalog.ts';
import { openCatalog } from '../../src/catalog/index.ts';
import { deidentified } from '../../src/flow/mint/deidentified.ts';
import { checkGrowth } from './growth.ts';

const name = (kind: string, index: number): string =>
  `${kind}-${index
    .toString(36)
    .replaceAll(/[ilou]/g, 'z')
    .padStart(16, '0')}`;

const offer: CatalogChange = {
  kind: 'collection',
  offer: { site: 'site', name: 'all', delivery: 'open', formats: ['dcm'], policyId: 'site.all' },
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

async function apply(changes: readonly CatalogChange[]): Promise<void> {
  const catalog = await openCatalog({ path: ':memory:' });
  const all = [offer, ...changes];
  await catalog.inbox.apply(all.map((change, index) => ({ sequence: index + 1, change })));
  await catalog.close();
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
]);
