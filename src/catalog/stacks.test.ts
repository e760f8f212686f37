import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  announced,
  offer,
  offered,
  openShelf,
  pathOf,
  placeOf,
  replicaOf,
  type Shelf,
  versionOf,
} from '../../test/support/catalog-shelf.ts';
import type { FileNode, ProvenStack } from './catalog.ts';

const place = placeOf();
const stack = (name: string): ProvenStack => ({
  name,
  products: ['nii', 'nii.gz'],
  state: 'made',
});

/** A file of the series that is there. */
async function fileAt({ catalog }: Shelf, name: string): Promise<FileNode> {
  const node = await catalog.names.resolve(`${pathOf(place)}/${name}`);
  assert.ok(node?.kind === 'file', `${name} is there`);
  return node;
}

/** Names that are listed of the series. */
async function listed(shelf: Shelf): Promise<readonly string[]> {
  const paths = await shelf.seen();
  const above = `${pathOf(place)}/`;
  return paths.filter((path) => path.startsWith(above)).map((path) => path.slice(above.length));
}

const content = versionOf('a');

test('where stacks are several the alias is none of them, and each has files of its own', async (t) => {
  const shelf = await openShelf(t, offered, announced(place));
  const alias = await fileAt(shelf, 'volume.nii');
  const { versions, names } = shelf.catalog;
  const few: ProvenStack = { name: 'v-b', products: ['nii'], state: 'made' };
  await versions.stacksProven(alias.seriesId, [stack('v-a_e1'), few]);
  await versions.refuse(alias.id, 'VOLUME_SEVERAL_STACKS');
  assert.deepEqual(await listed(shelf), ['i-1.dcm', 'v-a_e1.nii', 'v-b.nii']);
  assert.equal((await fileAt(shelf, 'volume.nii')).refusal, 'VOLUME_SEVERAL_STACKS');
  assert.equal((await fileAt(shelf, 'v-a_e1.nii')).stackName, 'v-a_e1');
  assert.equal(await names.resolve(`${pathOf(place)}/v-b.nii.gz`), undefined);
});

test('a stack that is not of the series any more is gone with its content, until it is again', async (t) => {
  const shelf = await openShelf(t, offered, announced(place));
  const { versions, names } = shelf.catalog;
  const { seriesId } = await fileAt(shelf, 'volume.nii');
  await versions.stacksProven(seriesId, [stack('v-a'), stack('v-b')]);
  const file = await fileAt(shelf, 'v-b.nii');
  await versions.publish({ fileId: file.id, version: content, replica: replicaOf('1') });
  await versions.stacksProven(seriesId, [stack('v-a')]);
  assert.equal(await names.resolve(`${pathOf(place)}/v-b.nii`), undefined);
  assert.deepEqual(await listed(shelf), ['i-1.dcm', 'v-a.nii']);
  assert.equal((await fileAt(shelf, 'volume.nii')).name, 'v-a.nii');
  const late = {
    fileId: file.id,
    version: { ...content, number: 2, validator: 'b' },
    replica: replicaOf('2'),
  };
  await assert.rejects(versions.publish(late), { code: 'CATALOG_FILE_GONE' });
  await versions.stacksProven(seriesId, [stack('v-a'), stack('v-b')]);
  const back = await fileAt(shelf, 'v-b.nii');
  assert.deepEqual([back.id, back.version, back.replica], [file.id, undefined, undefined]);
});

test('a stack without a form has no file of it, whatever stands for the one volume', async (t) => {
  const shelf = await openShelf(t, offered, announced(place));
  const asked = await fileAt(shelf, 'volume.nii.gz');
  await shelf.catalog.versions.stacksProven(asked.seriesId, [
    { name: 'v-a', products: ['nii'], state: 'made' },
  ]);
  const still = await fileAt(shelf, 'volume.nii.gz');
  assert.deepEqual([still.id, still.stackName, still.listed], [asked.id, undefined, false]);
});

test('an instance that tiles slices is listed as those, and still answers by its own name', async (t) => {
  const shelf = await openShelf(t, offered, announced(place));
  const { versions } = shelf.catalog;
  const whole = await fileAt(shelf, 'i-1.dcm');
  for (let again = 0; again < 2; again += 1) {
    await versions.slicesProven(whole.seriesId, [{ name: 'i-1', slices: 3 }]);
  }
  const slices = ['i-1-0001.dcm', 'i-1-0002.dcm', 'i-1-0003.dcm'];
  assert.deepEqual(await listed(shelf), slices);
  const still = await fileAt(shelf, 'i-1.dcm');
  assert.deepEqual([still.id, still.listed], [whole.id, false]);
  assert.deepEqual((await fileAt(shelf, 'i-1-0002.dcm')).product.name, 'dcm');
  await versions.slicesProven(whole.seriesId, [{ name: 'i-9', slices: 2 }]);
  assert.deepEqual(await listed(shelf), slices);
});

test('what stood for the one volume starts anew where the stacks are others', async (t) => {
  const shelf = await openShelf(t, offered, announced(place));
  const { versions } = shelf.catalog;
  const alias = await fileAt(shelf, 'volume.nii');
  const prove = (...names: readonly string[]) =>
    versions.stacksProven(alias.seriesId, names.map(stack));
  await prove('v-a', 'v-b');
  const published = async (name: string) => {
    const { version, replica: copy, refusal } = await fileAt(shelf, name);
    return [version?.sha256, copy?.id, refusal];
  };
  const several = await fileAt(shelf, 'volume.nii');
  await versions.refuse(several.id, 'VOLUME_SEVERAL_STACKS');
  await prove('v-a');
  await versions.publish({ fileId: several.id, version: content, replica: replicaOf('1') });
  await prove('v-a', 'v-b');
  assert.deepEqual(await published('volume.nii'), [undefined, undefined, undefined]);
  await versions.refuse(several.id, 'VOLUME_SEVERAL_STACKS');
  await prove('v-c');
  assert.deepEqual(await published('v-c.nii'), [undefined, undefined, undefined]);
});

test('a stack that is back is not refused as gone, nor is what is gone refused', async (t) => {
  const shelf = await openShelf(t, offered, announced(place));
  const { versions } = shelf.catalog;
  const { seriesId } = await fileAt(shelf, 'volume.nii');
  await versions.stacksProven(seriesId, [stack('v-a'), stack('v-b')]);
  const file = await fileAt(shelf, 'v-b.nii');
  await versions.refuse(file.id, 'VOLUME_PIXEL_LENGTH');
  await versions.stacksProven(seriesId, [stack('v-a')]);
  await versions.refuse(file.id, 'VOLUME_STACK_GONE');
  await versions.stacksProven(seriesId, [stack('v-a'), stack('v-b')]);
  assert.equal((await fileAt(shelf, 'v-b.nii')).refusal, undefined);
});

test('a form that a stack has no more is gone with its content, until it has it again', async (t) => {
  const shelf = await openShelf(t, offered, announced(place));
  const { versions, names } = shelf.catalog;
  const { seriesId } = await fileAt(shelf, 'volume.nii');
  await versions.stacksProven(seriesId, [stack('v-a')]);
  const file = await fileAt(shelf, 'v-a.nii');
  await versions.publish({ fileId: file.id, version: content, replica: replicaOf('1') });
  await versions.stacksProven(seriesId, [{ name: 'v-a', products: ['nii.gz'], state: 'made' }]);
  assert.equal(await names.resolve(`${pathOf(place)}/v-a.nii`), undefined);
  assert.deepEqual(await listed(shelf), ['i-1.dcm']);
  await versions.stacksProven(seriesId, [stack('v-a')]);
  const back = await fileAt(shelf, 'v-a.nii');
  assert.deepEqual([back.id, back.version, back.replica], [file.id, undefined, undefined]);
});

const texts = { kind: 'collection', offer: { ...offer, formats: ['nii', 'qc.json'] } } as const;

test('a stack that is refused lists what says why; its other files answer and are not listed', async (t) => {
  const shelf = await openShelf(t, texts, announced(place));
  const { versions } = shelf.catalog;
  const { seriesId } = await fileAt(shelf, 'volume.nii');
  await versions.stacksProven(seriesId, [stack('v-a')]);
  const file = await fileAt(shelf, 'v-a.nii');
  await versions.stacksProven(seriesId, [{ name: 'v-a', products: ['qc.json'], state: 'refused' }]);
  assert.equal((await fileAt(shelf, 'v-a.nii')).id, file.id);
  assert.deepEqual(await listed(shelf), ['v-a.qc.json']);
  await versions.stacksProven(seriesId, [stack('v-a')]);
  assert.equal((await fileAt(shelf, 'v-a.nii')).id, file.id);
  assert.deepEqual(await listed(shelf), ['v-a.nii']);
  await versions.stacksProven(seriesId, [{ name: 'v-b', products: ['qc.json'], state: 'refused' }]);
  assert.deepEqual(await listed(shelf), ['v-b.qc.json']);
  assert.equal((await fileAt(shelf, 'volume.qc.json')).name, 'v-b.qc.json');
  const unmade = await fileAt(shelf, 'v-b.nii');
  assert.deepEqual([unmade.listed, unmade.stackName], [false, 'v-b']);
  await versions.refuse(unmade.id, 'VOLUME_GANTRY_TILT');
  assert.equal((await fileAt(shelf, 'volume.nii')).refusal, 'VOLUME_GANTRY_TILT');
  await versions.stacksProven(seriesId, [{ name: 'v-b', products: ['qc.json'], state: 'refused' }]);
  assert.equal((await fileAt(shelf, 'v-b.nii')).refusal, 'VOLUME_GANTRY_TILT', 'nothing is new');
});

const refused: ProvenStack = { name: 'v-a', products: ['qc.json'], state: 'refused' };

test('what was made of a stack before it was refused is had no more, nor what said that it is one', async (t) => {
  const shelf = await openShelf(t, texts, announced(place));
  const { versions } = shelf.catalog;
  const { seriesId } = await fileAt(shelf, 'volume.nii');
  const whole = { ...stack('v-a'), products: ['nii', 'qc.json'] };
  const publishAll = async (validators: readonly string[]): Promise<void> => {
    for (const [at, name] of ['v-a.nii', 'v-a.qc.json'].entries()) {
      const { id } = await fileAt(shelf, name);
      const validator = validators[at] ?? '';
      await versions.publish({
        fileId: id,
        version: versionOf(validator),
        replica: replicaOf(validator),
      });
    }
  };
  const versionsNow = async () => [
    (await fileAt(shelf, 'v-a.nii')).version,
    (await fileAt(shelf, 'v-a.qc.json')).version,
  ];
  await versions.stacksProven(seriesId, [whole]);
  await publishAll(['1', '2']);
  await versions.stacksProven(seriesId, [refused]);
  assert.deepEqual(await versionsNow(), [undefined, undefined]);
  await versions.refuse((await fileAt(shelf, 'v-a.nii')).id, 'VOLUME_GANTRY_TILT');
  await versions.stacksProven(seriesId, [whole]);
  assert.equal((await fileAt(shelf, 'v-a.nii')).refusal, undefined);
});

test('a stack of which nothing is known now keeps its files, and others come and go', async (t) => {
  const shelf = await openShelf(t, offered, announced(place));
  const { versions } = shelf.catalog;
  const { seriesId } = await fileAt(shelf, 'volume.nii');
  await versions.stacksProven(seriesId, [stack('v-a'), stack('v-b')]);
  const { id } = await fileAt(shelf, 'v-a.nii');
  await versions.publish({ fileId: id, version: content, replica: replicaOf('1') });
  const pending: ProvenStack = { name: 'v-a', products: [], state: 'pending' };
  await versions.stacksProven(seriesId, [pending, stack('v-c')]);
  assert.equal((await fileAt(shelf, 'v-a.nii')).version?.number, 1);
  assert.deepEqual(await listed(shelf), ['i-1.dcm', 'v-a.nii', 'v-c.nii']);
});

test('the slices of an instance are those that it has now', async (t) => {
  const shelf = await openShelf(t, offered, announced(place));
  const { versions } = shelf.catalog;
  const { seriesId, id } = await fileAt(shelf, 'i-1.dcm');
  const numbers = async () =>
    (await listed(shelf)).map((name) => Number(name.slice('i-1-'.length, -'.dcm'.length)));
  for (const slices of [3, 5, 2, 4]) {
    await versions.slicesProven(seriesId, [{ name: 'i-1', slices }]);
    assert.deepEqual(
      await numbers(),
      Array.from({ length: slices }, (_, at) => at + 1),
    );
  }
  await versions.publish({ fileId: id, version: content, replica: replicaOf('1') });
  assert.deepEqual(await listed(shelf), ['i-1.dcm']);
});
