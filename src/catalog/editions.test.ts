import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { products } from '../../test/support/catalog-products.ts';
import {
  announced,
  offered,
  pathOf,
  placeOf,
  replicaOf,
  versionOf,
} from '../../test/support/catalog-shelf.ts';
import { tempFolder } from '../../test/support/temp.ts';
import type { Catalog, FileNode } from './catalog.ts';
import { openCatalog } from './open-catalog.ts';

const place = placeOf();

async function fileAt(catalog: Catalog, name: string): Promise<FileNode> {
  const node = await catalog.names.resolve(`${pathOf(place)}/${name}`);
  assert.ok(node?.kind === 'file', `${name} is there`);
  return node;
}

/** What is told of a catalog that two editions of the program open one after another, each twice. */
async function toldBy<T>(
  folder: string,
  options: {
    readonly enter: (catalog: Catalog) => Promise<void>;
    readonly tell: (catalog: Catalog) => Promise<T>;
  },
): Promise<readonly T[]> {
  const told: T[] = [];
  for (const edition of ['one', 'one', 'two', 'two']) {
    const catalog = await openCatalog({ products, path: join(folder, 'catalog.db'), edition });
    if (told.length === 0) {
      await catalog.inbox.apply(
        [offered, announced(place)].map((change, at) => ({ sequence: at + 1, change })),
      );
      await options.enter(catalog);
    }
    told.push(await options.tell(catalog));
    await catalog.close();
  }
  return told;
}

test('what another edition of the program refused is tried again', async (t) => {
  const told = await toldBy(await tempFolder(t), {
    async enter(catalog) {
      await catalog.versions.refuse((await fileAt(catalog, 'volume.nii')).id, 'VOLUME_MOSAIC');
    },
    tell: async (catalog) => (await fileAt(catalog, 'volume.nii')).refusal,
  });
  assert.deepEqual(told, ['VOLUME_MOSAIC', 'VOLUME_MOSAIC', undefined, undefined]);
});

test('what says why a stack is refused is of the edition that refused it', async (t) => {
  const told = await toldBy(await tempFolder(t), {
    async enter(catalog) {
      const { versions } = catalog;
      const { seriesId } = await fileAt(catalog, 'volume.nii');
      const refused = { name: 'v-a', products: ['nii.gz'], state: 'refused' } as const;
      await versions.stacksProven(seriesId, [refused]);
      const { id } = await fileAt(catalog, 'v-a.nii.gz');
      await versions.publish({ fileId: id, version: versionOf('a'), replica: replicaOf('1') });
    },
    async tell(catalog) {
      const [form, reason] = [
        await fileAt(catalog, 'v-a.nii'),
        await fileAt(catalog, 'v-a.nii.gz'),
      ];
      return [form.listed, reason.version?.number];
    },
  });
  assert.deepEqual(told, [
    [false, 1],
    [false, 1],
    [true, undefined],
    [true, undefined],
  ]);
});
