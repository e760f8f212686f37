import assert from 'node:assert/strict';
import { test } from 'node:test';
import { products } from '../../test/support/catalog-products.ts';
import {
  announced,
  find,
  offer,
  offered,
  openShelf as open,
  pathOf,
  placeOf,
  type Shelf,
  tell,
} from '../../test/support/catalog-shelf.ts';
import { openCatalog } from './index.ts';
import { catalogLimits } from './limits.ts';

const one = placeOf();
const two = placeOf('s-2');
const other = placeOf('s-3', 'p-2', 't-2');
const top = '/berlin/lung';
const why = { reason: 'nobody knows yet', by: 'alice' };

const lock = ({ catalog }: Shelf, path: string) => catalog.locks.set({ path, ...why });
const isSeen = async (shelf: Shelf): Promise<boolean> =>
  (await shelf.file(one)) !== undefined && (await find(shelf)).includes(pathOf(one));

async function openThree(t: Parameters<typeof open>[0]): Promise<Shelf> {
  return open(t, offered, announced(one), announced(two), announced(other));
}

test('a lock at any depth stops what lies below and nothing else, and gives all of it back', async (t) => {
  const depths = ['/', '/berlin', top, `${top}/p-1`, `${top}/p-1/t-1`, pathOf(one)];
  for (const path of [...depths, `${pathOf(one)}/i-1.dcm`]) {
    const shelf = await openThree(t);
    const { names, versions, locks } = shelf.catalog;
    const before = await shelf.publish(one, 'key-1');
    const seen = await shelf.seen();
    await lock(shelf, path);
    assert.equal(await shelf.file(one), undefined, path);
    assert.equal(await locks.covers(`${pathOf(one)}/i-1.dcm`), true);
    assert.equal(await locks.coversFile(before.id), true);
    assert.ok((await shelf.seen()).every((other) => !`${other}/`.startsWith(`${path}/`)));
    assert.equal(
      (await names.filesOf(before.seriesId)).some(({ id }) => id === before.id),
      false,
    );
    if (!path.endsWith('.dcm')) {
      assert.equal(await names.series(before.seriesId), undefined);
      assert.equal((await find(shelf)).includes(pathOf(one)), false);
    }
    const isWide = top.startsWith(path);
    assert.equal((await shelf.file(other)) === undefined, isWide || path === '/');
    const version = { guid: 'guid-key-1', number: 1 };
    const replica = { ...before.replica, id: 'f'.repeat(32) } as NonNullable<typeof before.replica>;
    await assert.rejects(versions.publish({ fileId: before.id, version, replica }), {
      code: 'CATALOG_LOCKED',
    });
    // No place is above a collection.
    const [, , ...parts] = isWide || path === '/' ? top.split('/') : path.split('/');
    const place = parts.join('/').replace('.dcm', '');
    assert.deepEqual(await tell(shelf), [`${place} locked`]);
    assert.equal((await locks.clear(path))?.path, path);
    assert.deepEqual(await shelf.seen(), seen);
    assert.deepEqual(await shelf.file(one), before);
    assert.deepEqual(await tell(shelf), [`${place} open`]);
    assert.equal(await locks.covers(pathOf(one)), false);
  }
});

test('locks nest: what is still locked inside stays so, with its keys', async (t) => {
  const shelf = await openThree(t);
  const [inner, outer] = ['lung/p-1/t-1/s-1', 'lung/p-1'];
  await lock(shelf, pathOf(one));
  await lock(shelf, `${top}/p-1`);
  assert.deepEqual(await tell(shelf), [`${inner} locked`, `${outer} locked`]);
  await shelf.catalog.locks.clear(`${top}/p-1`);
  assert.equal(await isSeen(shelf), false);
  assert.ok((await find(shelf)).includes(pathOf(two)));
  assert.deepEqual(await tell(shelf), [`${outer} open`]);
  // The other way round: the inner lock ends first.
  await lock(shelf, `${top}/p-1`);
  await shelf.catalog.locks.clear(pathOf(one));
  assert.equal(await isSeen(shelf), false);
  assert.deepEqual(await tell(shelf), [`${outer} locked`, `${inner} open`]);
  await shelf.catalog.locks.clear(`${top}/p-1`);
  assert.deepEqual(await tell(shelf), [`${outer} open`]);
});

test('a collection is locked as long as anything that it is in is, also one that is made under a lock', async (t) => {
  const shelf = await openThree(t);
  await lock(shelf, '/berlin');
  await lock(shelf, '/');
  assert.deepEqual(await tell(shelf), ['lung locked']);
  await shelf.catalog.locks.clear('/berlin');
  assert.deepEqual(await tell(shelf), ['lung locked']);
  await shelf.feed({ kind: 'collection', offer: { ...offer, name: 'brain' } });
  assert.deepEqual(await tell(shelf), ['brain locked']);
  await shelf.catalog.locks.clear('/');
  assert.deepEqual((await tell(shelf)).toSorted(), ['brain open', 'lung open']);
});

test('hiding and locking do not undo each other, whichever ends first', async (t) => {
  const shelf = await openThree(t);
  const [series, patient] = ['lung/p-1/t-1/s-1', 'lung/p-1'];
  await lock(shelf, `${top}/p-1`);
  await shelf.feed({ kind: 'series-hidden', place: one });
  assert.equal(await shelf.catalog.locks.covers(pathOf(one)), false);
  assert.deepEqual(await tell(shelf), [`${patient} locked`, `${series} hidden`]);
  await shelf.catalog.locks.clear(`${top}/p-1`);
  assert.equal(await isSeen(shelf), false);
  assert.deepEqual(await tell(shelf), [`${patient} open`]);
  await lock(shelf, pathOf(one));
  assert.deepEqual(await tell(shelf), [`${series} hidden locked`]);
  await shelf.feed(announced(one));
  assert.equal(await isSeen(shelf), false);
  assert.deepEqual(await tell(shelf), [`${series} locked`]);
  await shelf.catalog.locks.clear(pathOf(one));
  assert.equal(await isSeen(shelf), true);
  assert.deepEqual(await tell(shelf), [`${series} open`]);
});

test('what is announced below a lock is locked, and a lock outlives what it was set on', async (t) => {
  const shelf = await openThree(t);
  await lock(shelf, `${top}/p-1`);
  const late = placeOf('s-9', 'p-1', 't-9');
  await shelf.feed(announced(late));
  assert.equal(await shelf.file(late), undefined);
  for (const place of [one, two, late])
    await shelf.feed({ kind: 'series-withdrawn', place, reason: 'test' });
  const again = placeOf('s-10', 'p-1', 't-1');
  await shelf.feed(announced(again));
  assert.equal(await shelf.file(again), undefined);
  await shelf.catalog.locks.clear(`${top}/p-1`);
  assert.notEqual(await shelf.file(again), undefined);
});

test('a change that comes while another of the same place is told is not lost', async (t) => {
  const shelf = await openThree(t);
  const series = 'lung/p-1/t-1/s-1';
  await lock(shelf, pathOf(one));
  const { keyChanges, locks } = shelf.catalog;
  const first = await keyChanges.pending(10);
  await locks.clear(pathOf(one));
  await keyChanges.told(first);
  assert.deepEqual(await tell(shelf), [`${series} open`]);
  await lock(shelf, pathOf(one));
  const second = await keyChanges.pending(10);
  await shelf.feed({ kind: 'series-hidden', place: one });
  await keyChanges.told(second);
  assert.deepEqual(await tell(shelf), [`${series} hidden locked`]);
});

test('a lock on a file is told of its entry, whatever that turns out to be', async (t) => {
  const shelf = await openThree(t);
  const { names, versions, locks } = shelf.catalog;
  const [path, series] = [`${pathOf(one)}/volume.nii`, 'lung/p-1/t-1/s-1'];
  const volume = await names.resolve(path);
  assert.ok(volume?.kind === 'file');
  await lock(shelf, path);
  assert.deepEqual(await tell(shelf), [`${series}/volume locked`]);
  const stack = { name: 'v-abc', products: ['nii'], state: 'made' } as const;
  await versions.stacksProven(volume.seriesId, [stack]);
  assert.deepEqual(await tell(shelf), [`${series}/volume open`, `${series}/v-abc locked`]);
  await locks.clear(path);
  assert.deepEqual(await tell(shelf), [`${series}/v-abc open`]);
});

test('what is withdrawn is told as destroyed, also when it was to be told as hidden', async (t) => {
  const shelf = await openThree(t);
  await shelf.feed({ kind: 'series-hidden', place: one });
  await shelf.feed({ kind: 'series-withdrawn', place: one, reason: 'test' });
  assert.deepEqual(await tell(shelf), ['lung/p-1/t-1/s-1 destroyed']);
});

test('a file is locked under all its names, and once', async (t) => {
  const shelf = await openThree(t);
  const { names, locks, versions } = shelf.catalog;
  const volume = await names.resolve(`${pathOf(one)}/volume.nii`);
  assert.ok(volume?.kind === 'file');
  await lock(shelf, `${pathOf(one)}/volume.nii`);
  await versions.stacksProven(volume.seriesId, [
    { name: 'v-abc', products: ['nii', 'nii.gz'], state: 'made' },
  ]);
  assert.equal(await names.resolve(`${pathOf(one)}/v-abc.nii`), undefined);
  await lock(shelf, `${pathOf(one)}/v-abc.nii`);
  assert.equal((await locks.all()).length, 1);
  assert.equal(await locks.covers(`${pathOf(one)}/v-abc.nii`), true);
  assert.equal(await locks.covers(`${pathOf(one)}/v-abc.nii.gz`), false);
  assert.notEqual(await locks.clear(`${pathOf(one)}/v-abc.nii`), undefined);
  assert.equal(await locks.clear(`${pathOf(one)}/volume.nii`), undefined);
  assert.notEqual(await names.resolve(`${pathOf(one)}/volume.nii`), undefined);
});

test('what stands for a file is locked with it, whichever of both the lock is on', async (t) => {
  const shelf = await openThree(t);
  const { names, locks, versions } = shelf.catalog;
  const alias = `${pathOf(one)}/volume.nii`;
  const volume = await names.resolve(alias);
  assert.ok(volume?.kind === 'file');
  const prove = (...stacks: readonly string[]) =>
    versions.stacksProven(
      volume.seriesId,
      stacks.map((name) => ({ name, products: ['nii'], state: 'made' })),
    );
  await prove('v-a', 'v-b');
  await prove('v-a');
  for (const path of [`${pathOf(one)}/v-a.nii`, alias]) {
    assert.notEqual(await names.resolve(alias), undefined);
    await lock(shelf, path);
    assert.equal(await names.resolve(alias), undefined, path);
    assert.equal(await locks.covers(alias), true, path);
    await locks.clear(path);
  }
  await prove('v-a', 'v-b');
  await lock(shelf, alias);
  await prove('v-a');
  assert.equal(await names.resolve(alias), undefined);
  assert.equal(await locks.covers(alias), true);
});

test('what is not there is not locked, and locks are bounded', async (t) => {
  const limits = { ...catalogLimits, locksMax: 1 };
  const catalog = await openCatalog({ products, path: ':memory:', limits });
  t.after(() => catalog.close());
  await catalog.inbox.apply([{ sequence: 1, change: offered }]);
  for (const path of ['/paris', `${top}/p-1`, `${top}/x.dcm`])
    await assert.rejects(catalog.locks.set({ path, ...why }), { code: 'CATALOG_NODE_UNKNOWN' });
  await catalog.locks.set({ path: top, ...why });
  await assert.rejects(catalog.locks.set({ path: '/berlin', ...why }), {
    code: 'CATALOG_LOCKS_TOO_MANY',
  });
  await catalog.locks.set({ path: top, reason: 'better known now', by: 'bob' });
  const [only] = await catalog.locks.all();
  assert.deepEqual([only?.reason, only?.by], ['better known now', 'bob']);
  assert.equal(await catalog.locks.clear('/berlin'), undefined);
});
