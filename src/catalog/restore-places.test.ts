import assert from 'node:assert/strict';
import { test } from 'node:test';
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
import type { EntryPlace, PlaceTold } from './catalog.ts';

const one = placeOf();
const two = placeOf('s-2');
const series: EntryPlace = { collection: 'lung', subject: 'p-1', study: 't-1', series: 's-1' };
const nothing = { hidden: undefined, locked: undefined, destroyed: undefined };
const restore = ({ catalog }: Shelf, told: Partial<PlaceTold>) =>
  catalog.keyChanges.restore('berlin', [{ place: series, ...nothing, ...told }]);

const openTwo = (t: Parameters<typeof open>[0]) => open(t, offered, announced(one), announced(two));

test('what the key servers were told is so again in a catalog from before it, and is told no more', async (t) => {
  const { subject, study } = { subject: 'p-1', study: 't-1' };
  const rows: readonly (readonly [Partial<PlaceTold>, readonly string[]])[] = [
    [{ hidden: 'hidden' }, [pathOf(two)]],
    [{ locked: 'why' }, [pathOf(two)]],
    [{ destroyed: 'why' }, [pathOf(two)]],
    [{ place: { collection: 'lung', subject, study }, locked: 'why' }, []],
    [{ place: { collection: 'lung' }, hidden: 'hidden' }, []],
    [{ place: { collection: 'lung' }, locked: 'why' }, []],
    [{ place: { collection: 'lung', subject }, destroyed: 'why' }, []],
    [{}, [pathOf(one), pathOf(two)]],
  ];
  for (const [told, found] of rows) {
    const shelf = await openTwo(t);
    await restore(shelf, told);
    assert.deepEqual(await find(shelf), found, JSON.stringify(told));
    await restore(shelf, told);
    const news = await tell(shelf);
    // A withdrawal is noted as any other; the feed says it already.
    assert.ok(
      news.every((line) => line.endsWith(' destroyed')),
      JSON.stringify(news),
    );
    await shelf.feed(announced(one));
    if (told.destroyed !== undefined) assert.deepEqual(await find(shelf), found);
  }
});

test('a restored lock is as any other: shown, with its reason, and ended by its path', async (t) => {
  const shelf = await openTwo(t);
  await restore(shelf, { locked: 'nobody knows yet' });
  const [lock] = await shelf.catalog.locks.all();
  assert.deepEqual(
    [lock?.path, lock?.reason, lock?.by],
    [pathOf(one), 'nobody knows yet', 'policy feed'],
  );
  await shelf.catalog.locks.clear(pathOf(one));
  assert.deepEqual(await tell(shelf), ['lung/p-1/t-1/s-1 open']);
  // Of an entry it is on a file of it; of what is not there yet it waits.
  await restore(shelf, { place: { ...series, stem: 'i-1' }, locked: 'why' });
  assert.equal(await shelf.file(one), undefined);
  await shelf.catalog.locks.clear(`${pathOf(one)}/i-1.dcm`);
  const late = placeOf('s-9', 'p-9', 't-9');
  const place = { collection: 'lung', subject: 'p-9', study: 't-9', series: 's-9' };
  await restore(shelf, { place, locked: 'why' });
  await shelf.feed(announced(late));
  assert.equal(await shelf.file(late), undefined);
});

test('what is still to be told is newer than what was told', async (t) => {
  const shelf = await openTwo(t);
  await shelf.catalog.locks.set({ path: pathOf(one), reason: 'r', by: 'alice' });
  await tell(shelf);
  await shelf.catalog.locks.clear(pathOf(one));
  await restore(shelf, { locked: 'r' });
  assert.notEqual(await shelf.file(one), undefined);
  assert.deepEqual(await tell(shelf), ['lung/p-1/t-1/s-1 open']);
});
