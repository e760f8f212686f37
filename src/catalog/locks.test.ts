import assert from 'node:assert/strict';
import { test } from 'node:test';
import { products } from '../../test/support/catalog-products.ts';
import {
  announced,
  find,
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
const [closed, opened] = ['key-1 closed berlin/lung', 'key-1 open berlin/lung'];

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
    const { names, versions, locks, policies } = shelf.catalog;
    await policies.put({ id: 'berlin/lung', version: 1, entries: [] });
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
    const version = { number: 1 };
    const replica = { ...before.replica, id: 'f'.repeat(32) } as NonNullable<typeof before.replica>;
    await assert.rejects(versions.publish({ fileId: before.id, version, replica }), {
      code: 'CATALOG_LOCKED',
    });
    // Of a whole collection the key servers forget the policy; below it each key is nobody's.
    assert.deepEqual(await policies.hidden(), isWide || path === '/' ? ['berlin/lung'] : []);
    assert.deepEqual(await tell(shelf), isWide || path === '/' ? [] : [closed]);
    assert.equal((await locks.clear(path))?.path, path);
    assert.deepEqual(await shelf.seen(), seen);
    assert.deepEqual(await shelf.file(one), before);
    assert.deepEqual(await policies.hidden(), []);
    assert.deepEqual(await tell(shelf), isWide || path === '/' ? [] : [opened]);
    assert.equal(await locks.covers(pathOf(one)), false);
  }
});

test('locks nest: what is still locked inside stays so, with its keys', async (t) => {
  const shelf = await openThree(t);
  await shelf.publish(one, 'key-1');
  await shelf.publish(two, 'key-2');
  await lock(shelf, pathOf(one));
  await lock(shelf, `${top}/p-1`);
  assert.deepEqual(await tell(shelf), [closed, 'key-2 closed berlin/lung']);
  await shelf.catalog.locks.clear(`${top}/p-1`);
  assert.equal(await isSeen(shelf), false);
  assert.ok((await find(shelf)).includes(pathOf(two)));
  assert.deepEqual(await tell(shelf), [closed, 'key-2 open berlin/lung']);
  // The other way round: the inner lock ends first.
  await lock(shelf, `${top}/p-1`);
  await shelf.catalog.locks.clear(pathOf(one));
  assert.equal(await isSeen(shelf), false);
  assert.deepEqual(await tell(shelf), [closed, 'key-2 closed berlin/lung']);
  await shelf.catalog.locks.clear(`${top}/p-1`);
  assert.deepEqual(await tell(shelf), [opened, 'key-2 open berlin/lung']);
});

test('an inner lock that ends under a locked collection leaves its keys under the policy that is gone', async (t) => {
  const shelf = await openThree(t);
  await shelf.catalog.policies.put({ id: 'berlin/lung', version: 1, entries: [] });
  await shelf.publish(one, 'key-1');
  await lock(shelf, `${top}/p-1`);
  assert.deepEqual(await tell(shelf), [closed]);
  await lock(shelf, top);
  await shelf.catalog.locks.clear(`${top}/p-1`);
  assert.deepEqual(await tell(shelf), [opened]);
  assert.deepEqual(await shelf.catalog.policies.hidden(), ['berlin/lung']);
  assert.equal(await isSeen(shelf), false);
});

test('hiding and locking do not undo each other, whichever ends first', async (t) => {
  const shelf = await openThree(t);
  await shelf.publish(one, 'key-1');
  await lock(shelf, `${top}/p-1`);
  await shelf.feed({ kind: 'series-hidden', place: one });
  assert.equal(await shelf.catalog.locks.covers(pathOf(one)), false);
  assert.deepEqual(await tell(shelf), [closed]);
  await shelf.catalog.locks.clear(`${top}/p-1`);
  assert.equal(await isSeen(shelf), false);
  assert.deepEqual(await tell(shelf), [closed]);
  await lock(shelf, `${top}/p-1`);
  await shelf.feed(announced(one));
  assert.equal(await isSeen(shelf), false);
  assert.deepEqual(await tell(shelf), [closed]);
  await shelf.catalog.locks.clear(`${top}/p-1`);
  assert.equal(await isSeen(shelf), true);
  assert.deepEqual(await tell(shelf), [opened]);
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

test('a change that comes while another of the same key is told is not lost', async (t) => {
  const shelf = await openThree(t);
  await shelf.publish(one, 'key-1');
  await lock(shelf, pathOf(one));
  const { keyChanges, locks } = shelf.catalog;
  const first = await keyChanges.pending(10);
  await locks.clear(pathOf(one));
  await keyChanges.told(first);
  assert.deepEqual(await tell(shelf), [opened]);
  await lock(shelf, pathOf(one));
  const second = await keyChanges.pending(10);
  await shelf.feed({ kind: 'series-hidden', place: one });
  await keyChanges.told(second);
  assert.deepEqual(await tell(shelf), [closed]);
});

test('keys are changed a part at a time, each of them once', async (t) => {
  const shelf = await openThree(t);
  for (const [at, place] of [one, two, other, one, two].entries())
    await shelf.publish(place, `key-${at}`);
  await lock(shelf, pathOf(one));
  await lock(shelf, `${top}/p-1`);
  const told: string[] = [];
  const { keyChanges } = shelf.catalog;
  for (let round = 0; round < 10; round++) {
    const changes = await keyChanges.pending(2);
    if (changes.length === 0) break;
    assert.ok(changes.length <= 2);
    told.push(...changes.map(({ keyId }) => keyId));
    await keyChanges.told(changes);
  }
  assert.deepEqual([...new Set(told)].sort(), ['key-0', 'key-1', 'key-3', 'key-4']);
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
