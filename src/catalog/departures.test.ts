import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  announced,
  find,
  offered,
  openShelf as open,
  pathOf,
  placeOf,
  tell,
} from '../../test/support/catalog-shelf.ts';
import type { ReplicaId } from '../storage/storage.ts';
import type { CatalogChange, SeriesPlace } from './catalog.ts';

const one = placeOf();
const two = placeOf('s-2');

const hiding = (place: SeriesPlace): CatalogChange => ({ kind: 'series-hidden', place });

test('what is hidden is nowhere, loses nothing, and comes back as it was', async (t) => {
  const shelf = await open(t, offered, announced(one), announced(two));
  const before = await shelf.publish(one, 'key-1');
  const seen = await shelf.seen();
  await shelf.feed({ kind: 'series-hidden', place: one });
  assert.ok((await shelf.seen()).every((path) => !path.includes('s-1')));
  assert.deepEqual(await find(shelf), [pathOf(two)]);
  assert.equal(await shelf.file(one), undefined);
  assert.equal(await shelf.catalog.names.series(before.seriesId), undefined);
  assert.deepEqual(await shelf.catalog.names.filesOf(before.seriesId), []);
  assert.equal(await shelf.catalog.versions.knowsReplica(before.replica?.id as ReplicaId), true);
  assert.deepEqual(await tell(shelf), ['lung/p-1/t-1/s-1 hidden']);
  await shelf.feed({ kind: 'series-hidden', place: one });
  assert.deepEqual(await tell(shelf), []);
  await shelf.feed(announced(one));
  assert.deepEqual(await shelf.seen(), seen);
  assert.deepEqual(await shelf.file(one), before);
  assert.deepEqual(await tell(shelf), ['lung/p-1/t-1/s-1 open']);
});

test('a study and a patient are hidden with the last of their series', async (t) => {
  const other = placeOf('s-3', 'p-2', 't-2');
  const shelf = await open(t, offered, announced(one), announced(two), announced(other));
  await shelf.feed({ kind: 'series-hidden', place: one }, { kind: 'series-hidden', place: two });
  assert.ok((await shelf.seen()).every((path) => !path.includes('p-1')));
  assert.equal(await shelf.catalog.names.resolve('/berlin/lung/p-1/t-1'), undefined);
  await shelf.feed(announced(two));
  assert.ok((await shelf.seen()).includes(pathOf(two)));
  // A withdrawal leaves a hidden series, and with it a patient who shows nothing.
  await shelf.feed({ kind: 'series-withdrawn', place: two, reason: 'test' });
  assert.ok((await shelf.seen()).every((path) => !path.includes('p-1')));
  await shelf.feed(announced(one));
  assert.ok((await shelf.seen()).includes(pathOf(one)));
});

test('a new series shows its study and patient, though all others in them are hidden', async (t) => {
  const [old, sibling, cousin] = [placeOf('s-1'), placeOf('s-2'), placeOf('s-3', 'p-1', 't-2')];
  const shelf = await open(t, offered, announced(old), hiding(old));
  for (const added of [sibling, cousin]) {
    await shelf.feed(announced(added));
    assert.ok((await shelf.seen()).includes(pathOf(added)), pathOf(added));
    await shelf.feed(hiding(added));
    assert.deepEqual(await shelf.seen(), ['/berlin', '/berlin/lung']);
  }
});

test('a hidden collection is nowhere with all that is in it, until it is offered again', async (t) => {
  const shelf = await open(t, offered, announced(one));
  const { seriesId } = await shelf.publish(one, 'key-1');
  const seen = await shelf.seen();
  const { id } = (await shelf.catalog.names.resolve(pathOf(one))) ?? assert.fail('it is there');
  await shelf.feed({ kind: 'collection-hidden', site: 'berlin', collection: 'lung' });
  assert.deepEqual(await shelf.seen(), ['/berlin']);
  assert.deepEqual(await find(shelf), []);
  assert.equal(await shelf.catalog.names.resolve(`${pathOf(one)}/i-1.dcm`), undefined);
  // Also for who holds on to an id from before.
  assert.deepEqual(
    await shelf.catalog.names.list(id as never, { after: undefined, limit: 9 }), // reason: a node of a directory
    [],
  );
  assert.equal(await shelf.catalog.names.series(seriesId), undefined);
  assert.deepEqual(await tell(shelf), ['lung hidden']);
  await shelf.feed(offered);
  assert.deepEqual(await shelf.seen(), seen);
  assert.deepEqual(await tell(shelf), ['lung open']);
});

test('nothing is published of what was hidden or held back meanwhile', async (t) => {
  for (const kind of ['series-hidden', 'series-conflict'] as const) {
    const shelf = await open(t, offered, announced(one));
    const { id } = (await shelf.file(one)) ?? assert.fail('the file is there');
    await shelf.feed({ kind, place: one });
    const replica = {
      id: '1'.repeat(32) as ReplicaId,
      storage: 'd',
      sealedSize: 9,
      sealedSha256: 'x',
      production: 'p',
    };
    await assert.rejects(
      shelf.catalog.versions.publish({ fileId: id, version: { guid: 'g', number: 1 }, replica }),
      { code: 'CATALOG_FILE_GONE' },
    );
  }
});

test('a series in conflict is listed and served to nobody, until it is announced again', async (t) => {
  const shelf = await open(t, offered, announced(one));
  const before = await shelf.publish(one, 'key-1');
  await shelf.feed({ kind: 'series-conflict', place: one });
  assert.equal((await shelf.file(one))?.state, 'conflict');
  assert.equal((await shelf.catalog.names.series(before.seriesId))?.isInConflict, true);
  assert.deepEqual(await tell(shelf), ['lung/p-1/t-1/s-1 hidden']);
  await shelf.feed(announced(one));
  assert.deepEqual(await shelf.file(one), before);
  assert.deepEqual(await tell(shelf), ['lung/p-1/t-1/s-1 open']);
});

test('a reassigned series goes with its keys and comes under another name, in one change', async (t) => {
  const moved = placeOf('s-1', 'p-2');
  const shelf = await open(t, offered, announced(one));
  await shelf.publish(one, 'key-1');
  const { series } = announced(moved) as Extract<CatalogChange, { kind: 'series' }>;
  await shelf.feed({ kind: 'series-reassigned', from: one, series });
  assert.deepEqual(await find(shelf), [pathOf(moved)]);
  assert.equal((await shelf.file(moved))?.state, 'announced');
  assert.deepEqual(await tell(shelf), ['lung/p-1/t-1/s-1 destroyed']);
  // The old name never comes back, and a key that is destroyed is never opened.
  await shelf.feed(announced(one));
  assert.deepEqual(await find(shelf), [pathOf(moved)]);
  assert.deepEqual(await tell(shelf), []);
});

test('of a reassignment that cannot be announced the withdrawal is applied', async (t) => {
  const shelf = await open(t, offered, announced(one), announced(two));
  const bad = announced({ ...one, patientName: 'Doe^John' });
  const { series } = bad as Extract<CatalogChange, { kind: 'series' }>;
  const change: CatalogChange = { kind: 'series-reassigned', from: one, series };
  const refused = await shelf.catalog.inbox.apply([{ sequence: 4, change }]);
  assert.deepEqual(refused, [{ sequence: 4, change, code: 'CATALOG_CHANGE_INVALID' }]);
  assert.deepEqual(await find(shelf), [pathOf(two)]);
});

test('a later word about a place counts, but none about a destroyed one', async (t) => {
  const shelf = await open(t, offered, announced(one));
  await shelf.publish(one, 'key-1');
  await shelf.feed({ kind: 'series-hidden', place: one });
  const changes = await shelf.catalog.keyChanges.pending(10);
  await shelf.feed(announced(one));
  await shelf.catalog.keyChanges.told(changes);
  assert.deepEqual(await tell(shelf), ['lung/p-1/t-1/s-1 open']);
  // Of keys that were made and not published in the end only those of no version go.
  await shelf.catalog.keyChanges.destroyUnused(['key-1', 'key-2']);
  assert.deepEqual(await tell(shelf), ['key-2 unused']);
  await shelf.feed({ kind: 'series-withdrawn', place: one, reason: 'test' });
  await shelf.feed({ kind: 'series-hidden', place: one }, announced(one));
  assert.deepEqual(await tell(shelf), ['lung/p-1/t-1/s-1 destroyed']);
});

test('what no configured archive holds says so', async (t) => {
  const shelf = await open(t, offered, announced(one, false));
  assert.equal((await shelf.file(one))?.isHeld, false);
  await shelf.feed(announced(one, true));
  assert.equal((await shelf.file(one))?.isHeld, true);
});
