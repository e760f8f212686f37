import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Catalog, CatalogChange, FileNode, SeriesPlace } from '../../src/catalog/catalog.ts';
import { openCatalog } from '../../src/catalog/index.ts';
import { deidentified } from '../../src/flow/mint/deidentified.ts';
import type { ReplicaId } from '../../src/storage/storage.ts';
import { products } from './catalog-products.ts';
import { manualClock } from './manual-clock.ts';

/** An open collection of Berlin. */
export const offer = {
  site: 'berlin',
  name: 'lung',
  delivery: 'open',
  formats: ['dcm', 'nii'],
} as const;
export const offered: CatalogChange = { kind: 'collection', offer };

/** A series of it. */
export const placeOf = (
  seriesName = 's-1',
  patientName = 'p-1',
  studyName = 't-1',
): SeriesPlace => ({
  site: 'berlin',
  collection: 'lung',
  patientName,
  studyName,
  seriesName,
});
/** One instance, `i-1`. */
export const announced = (place: SeriesPlace, isHeld = true): CatalogChange => ({
  kind: 'series',
  series: { ...place, instanceNames: ['i-1'], isHeld, metadata: deidentified({ Modality: 'CT' }) },
});
export const pathOf = ({ patientName, studyName, seriesName }: SeriesPlace): string =>
  `/berlin/lung/${patientName}/${studyName}/${seriesName}`;

/** A version under a key; its content is told by the same text. */
export const versionOf = (keyId: string) => ({
  guid: `guid-${keyId}`,
  number: 1,
  keyId,
  recipientPublicKey: new Uint8Array(32),
  plaintextSize: 1,
  sha256: keyId,
  validator: keyId,
  segmentDigests: new Uint8Array(32),
  receipt: 'r',
});
export const replicaOf = (number: string) => ({
  id: number.padStart(32, '0') as ReplicaId,
  storage: 'd',
  sealedSize: 9,
  sealedSha256: 'x',
  production: 'p',
});

/** A catalog in memory, with what tests do to it. */
export interface Shelf {
  readonly catalog: Catalog;
  feed(...changes: CatalogChange[]): Promise<void>;
  /** All there is to see, by path. */
  seen(): Promise<readonly string[]>;
  publish(place: SeriesPlace, keyId: string): Promise<FileNode>;
  file(place: SeriesPlace): Promise<FileNode | undefined>;
}

/** Open it with these changes applied. */
export async function openShelf(t: TestContext, ...changes: CatalogChange[]): Promise<Shelf> {
  const catalog = await openCatalog({ products, path: ':memory:', clock: manualClock() });
  t.after(() => catalog.close());
  const { names, inbox } = catalog;
  let replicas = 0;
  const below = async (path: string): Promise<readonly string[]> => {
    const node = await names.resolve(path);
    if (node?.kind !== 'directory') return [];
    const children = await names.list(node.id, { after: undefined, limit: 100 });
    const paths = children.map(({ name }) => `${path === '/' ? '' : path}/${name}`);
    const deeper: string[] = [];
    for (const child of paths) deeper.push(child, ...(await below(child)));
    return deeper;
  };
  const shelf: Shelf = {
    catalog,
    async feed(...more) {
      const applied = await inbox.appliedSequence();
      await inbox.apply(more.map((change, at) => ({ sequence: applied + 1 + at, change })));
    },
    seen: () => below('/'),
    async publish(place, keyId) {
      const file = (await shelf.file(place)) ?? assert.fail('the file is there');
      const version = versionOf(keyId);
      const replica = replicaOf(String((replicas += 1)));
      return catalog.versions.publish({ fileId: file.id, version, replica });
    },
    async file(place) {
      const node = await names.resolve(`${pathOf(place)}/i-1.dcm`);
      return node?.kind === 'file' ? node : undefined;
    },
  };
  await shelf.feed(...changes);
  await tell(shelf);
  return shelf;
}

/** What the key servers would be told, and then are: `collection/p-1 locked`. */
export async function tell({ catalog }: Shelf): Promise<readonly string[]> {
  const changes = await catalog.keyChanges.pending(100);
  await catalog.keyChanges.told(changes);
  return changes.map((change) => {
    if (change.kind === 'unused') return `${change.keyId} unused`;
    const { place, hidden, locked, destroyed } = change;
    const marks = Object.entries({ hidden, locked, destroyed }).filter(
      ([, why]) => why !== undefined,
    );
    const isSo = marks.length === 0 ? 'open' : marks.map(([mark]) => mark).join(' ');
    return `${Object.values(place).join('/')} ${isSo}`;
  });
}

/** Paths of all series that somebody with every right finds. */
export const find = async ({ catalog }: Shelf): Promise<readonly string[]> => {
  const query = { under: '/', conditions: [], within: ['/berlin/lung'], after: undefined };
  return (await catalog.query.find({ ...query, limit: 100 })).map(({ path }) => path);
};
