import assert from 'node:assert/strict';
import { test } from 'node:test';
import { products } from '../../test/support/catalog-products.ts';
import { deidentified } from '../flow/mint/deidentified.ts';
import type { Catalog, CatalogChange, MetadataCondition, SeriesMetadata } from './catalog.ts';
import { catalogLimits } from './limits.ts';
import { openCatalog } from './open-catalog.ts';

interface Described {
  readonly series: string;
  readonly patient?: string;
  readonly metadata?: SeriesMetadata;
}

/** A catalog with one collection and these series in it. */
async function holding(series: readonly Described[]): Promise<Catalog> {
  // Windows of two series, so that every query crosses some.
  const limits = { ...catalogLimits, queryWindow: 2 };
  const catalog = await openCatalog({ products, path: ':memory:', limits });
  const offer = { site: 'berlin', name: 'lung', delivery: 'open', formats: ['dcm'] } as const;
  const changes: CatalogChange[] = [{ kind: 'collection', offer }, ...series.map(announced)];
  await catalog.inbox.apply(changes.map((change, index) => ({ sequence: index + 1, change })));
  return catalog;
}

function announced({ series, patient = 'p-1', metadata = {} }: Described): CatalogChange {
  return {
    kind: 'series',
    series: {
      site: 'berlin',
      collection: 'lung',
      patientName: patient,
      studyName: 't-1',
      seriesName: series,
      instanceNames: [],
      isHeld: true,
      metadata: deidentified(metadata),
    },
  };
}

const described: readonly [string, SeriesMetadata][] = [
  ['s-1', { Modality: 'CT', SliceThickness: 1.5, StudyID: '007', ImageType: 'ORIGINAL\\PRIMARY' }],
  ['s-2', { Modality: 'MR', SliceThickness: 10, ImageType: 'DERIVED\\SECONDARY' }],
  ['s-3', { Modality: 'MR', SliceThickness: '9', SeriesDescription: 'T1 [axial]' }],
  ['s-4', { Modality: 'PT' }],
];

for (const [title, conditions, expected] of [
  ['no condition finds all', [], ['s-1', 's-2', 's-3', 's-4']],
  ['text is equal or not', [['Modality', '=', 'MR']], ['s-2', 's-3']],
  ['numbers compare as numbers', [['SliceThickness', '<', 10]], ['s-1', 's-3']],
  ['numerals compare as numbers', [['SliceThickness', '>=', '9']], ['s-2', 's-3']],
  ['what is no numeral is text', [['StudyID', '=', 7]], []],
  ['007 is itself', [['StudyID', '=', '007']], ['s-1']],
  ['unknown is neither equal nor unequal', [['SliceThickness', '!=', 10]], ['s-1', 's-3']],
  ['any of several values may match', [['ImageType', '=', 'PRIMARY']], ['s-1']],
  ['none of several values may be equal', [['ImageType', '!=', 'PRIMARY']], ['s-2']],
  ['wildcards match', [['Modality', 'like', '?T']], ['s-1', 's-4']],
  ['a bracket is a bracket', [['SeriesDescription', 'like', '*[axial]']], ['s-3']],
  ['a class is no class', [['Modality', 'like', '[CM]?']], []],
  [
    'conditions add up',
    [
      ['Modality', '=', 'MR'],
      ['SliceThickness', '>', 9],
    ],
    ['s-2'],
  ],
  ['values are never SQL', [['Modality', '=', "' OR 1=1 --"]], []],
] as const)
  test(`find: ${title}`, async () => {
    const catalog = await holding(described.map(([series, metadata]) => ({ series, metadata })));
    const query = {
      under: '/',
      conditions: conditions.map(
        ([keyword, operator, value]): MetadataCondition => ({ keyword, operator, value }),
      ),
      within: ['/berlin/lung'],
      after: undefined,
      limit: 10,
    };
    const found = await catalog.query.find(query);
    assert.deepEqual(
      found.map(({ path, metadata }) => [path.slice(-3), metadata]),
      described.filter(([series]) => (expected as readonly string[]).includes(series)),
    );
  });

test('find pages, stays below a path, and shows only what is in given collections', async () => {
  const described = [{ series: 's-1' }, { series: 's-2' }, { series: 's-3', patient: 'p-10' }];
  const { query } = await holding(described);
  const find = async (under: string, within: string[], after?: string, limit = 10) =>
    (await query.find({ under, conditions: [], within, after, limit })).map(({ path }) => path);
  const [first, second] = ['/berlin/lung/p-1/t-1/s-1', '/berlin/lung/p-1/t-1/s-2'];
  assert.deepEqual(await find('/berlin/lung/p-1', ['/berlin/lung']), [first, second]);
  assert.deepEqual(await find(first, ['/berlin/lung']), [first]);
  assert.deepEqual(await find('/', ['/berlin/lung'], undefined, 1), [first]);
  assert.deepEqual(await find('/berlin/lung/p-1', ['/berlin/lung'], first, 1), [second]);
  assert.deepEqual(await find('/', []), []);
  assert.deepEqual(await find('/', ['/berlin', '/berlin/lun', '/berlin/lung/p-1', '/']), []);
  const many = Array.from({ length: 21 }, () => ({
    keyword: 'Modality',
    operator: '=' as const,
    value: 'CT',
  }));
  const tooLarge = {
    under: '/',
    conditions: many,
    within: ['/berlin/lung'],
    after: undefined,
    limit: 1,
  };
  await assert.rejects(query.find(tooLarge), { code: 'CATALOG_QUERY_TOO_LARGE' });
});
