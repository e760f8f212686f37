import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { products } from '../../test/support/catalog-products.ts';
import { commitsIn } from '../../test/support/log-commits.ts';
import { buildTown, memoryPacs, type Town } from '../../test/support/recall-town.ts';
import { tempFolder } from '../../test/support/temp.ts';
import { openCatalog } from '../catalog/index.ts';
import { type DataSet, dataSetOf } from '../dicom/index.ts';
import { systemRandom } from '../lib/random.ts';
import { pacsErrors } from '../pacs/errors.ts';
import type { CrawlReport } from './registration.ts';

const one = { slices: 3, rows: 4, columns: 4 } as const;
const two = { ...one, seed: 2, studySeed: 2 } as const;
const three = { ...one, seed: 3, studySeed: 3 } as const;

/** Paths of all series in the catalog. */
async function series(town: Town): Promise<readonly string[]> {
  const query = { under: '/site/all', conditions: [], within: ['/site/all'] };
  const found = await town.catalog.query.find({ ...query, after: undefined, limit: 100 });
  return found.map(({ path }) => path);
}

const withValues = (answer: DataSet, values: Parameters<typeof dataSetOf>[0]): DataSet =>
  new Map([...answer, ...dataSetOf(values)]);

test('a walk that fails half-way announces what it found and says how it failed', async (t) => {
  const town = await buildTown(t, memoryPacs('pacs', []));
  for (const options of [one, two, three])
    for (const [uid, all] of memoryPacs('x', [options]).series) town.pacs.series.set(uid, all);
  let queries = 0;
  town.pacs.behave.find = (_, truth) => {
    queries += 1;
    if (queries > 6) throw pacsErrors.create('PACS_UNREACHABLE');
    return truth;
  };
  const reports: CrawlReport[] = [];
  const onReport = (report: CrawlReport): void => void reports.push(report);
  await assert.rejects(town.registration.crawl(town.pacs, { onReport }), {
    code: 'PACS_UNREACHABLE',
  });
  assert.deepEqual(
    reports.map(({ seriesFound, complete }) => [seriesFound, complete]),
    [[1, false]],
  );
  assert.equal((await series(town)).length, 1);
  town.pacs.behave = {};
  const report = await town.registration.crawl(town.pacs, {});
  assert.deepEqual(report, {
    seriesFound: 3,
    seriesNew: 2,
    seriesChanged: 0,
    leftOut: [],
    complete: true,
  });
  assert.equal((await series(town)).length, 3);
});

test('series that are recorded and announced side by side share commits', async (t) => {
  const indexPath = join(await tempFolder(t), 'index.db');
  const shapes = Array.from({ length: 60 }, (_, index) => ({ ...one, slices: 1, seed: index }));
  const pacs = memoryPacs('pacs', []);
  const town = await buildTown(t, pacs, { indexPath });
  const studies = shapes.map((shape, index) => ({ ...shape, studySeed: index }));
  for (const [uid, all] of memoryPacs('x', studies).series) pacs.series.set(uid, all);
  const before = commitsIn(indexPath);
  await town.crawl();
  assert.equal((await series(town)).length, 60);
  // 124 one after the other. On a machine that is held up fewer wait for each other.
  const commits = commitsIn(indexPath) - before;
  assert.ok(commits < 100, `${commits} commits`);
});

test('a walk that is stopped ends with the reason, and the next one continues', async (t) => {
  const town = await buildTown(t, memoryPacs('pacs', []));
  for (const [uid, all] of memoryPacs('x', [one]).series) town.pacs.series.set(uid, all);
  const stop = new AbortController();
  const reason = new Error('stopping');
  town.pacs.behave.find = (query, truth) => {
    if (query.level === 'IMAGE') stop.abort(reason);
    return truth;
  };
  await assert.rejects(town.registration.crawl(town.pacs, { signal: stop.signal }), reason);
  town.pacs.behave = {};
  await town.crawl();
  assert.equal((await series(town)).length, 1);
});

test('answers without proper UIDs are skipped and counted, and never asked about', async (t) => {
  // An empty or a wildcard UID as a matching key would mean all studies.
  const bad = ['', '*', '1.2.3*', '../../etc', '9'.repeat(65)];
  for (const level of ['STUDY', 'SERIES', 'IMAGE'] as const) {
    const keyword = {
      STUDY: 'StudyInstanceUID',
      SERIES: 'SeriesInstanceUID',
      IMAGE: 'SOPInstanceUID',
    } as const;
    const pacs = memoryPacs('pacs', []);
    const town = await buildTown(t, pacs);
    for (const [uid, all] of memoryPacs('x', [one]).series) pacs.series.set(uid, all);
    const keys: string[] = [];
    pacs.behave.find = (query, truth) => {
      for (const element of query.keys.values()) {
        if ('value' in element) keys.push(Buffer.from(element.value).toString('latin1'));
      }
      if (query.level !== level) return truth;
      return [
        ...bad.flatMap((uid) =>
          truth.slice(0, 1).map((each) => withValues(each, { [keyword[level]]: uid })),
        ),
        ...truth,
      ];
    };
    const report = await town.registration.crawl(pacs, {});
    assert.deepEqual(report.leftOut, [{ reason: 'uid-invalid', level, count: bad.length }]);
    assert.equal((await series(town)).length, 1, level);
    assert.ok(!keys.some((key) => bad.slice(1).includes(key)), level);
  }
});

test('an archive that answers for other studies than asked does not mix them', async (t) => {
  const pacs = memoryPacs('pacs', []);
  const town = await buildTown(t, pacs);
  for (const [uid, all] of memoryPacs('x', [one, two]).series) pacs.series.set(uid, all);
  const everything: DataSet[] = [];
  pacs.behave.find = (query, truth) => {
    if (query.level !== 'SERIES') return truth;
    everything.push(...truth);
    return everything;
  };
  const report = await town.registration.crawl(pacs, {});
  assert.equal(report.seriesFound, 2);
  assert.deepEqual(report.leftOut, [{ reason: 'not-asked-for', level: 'SERIES', count: 1 }]);
});

test('one study that the archive cannot answer for does not hide the others', async (t) => {
  const pacs = memoryPacs('pacs', []);
  const town = await buildTown(t, pacs);
  for (const [uid, all] of memoryPacs('x', [one, two]).series) pacs.series.set(uid, all);
  let hasFailed = false;
  pacs.behave.find = (query, truth) => {
    if (query.level === 'SERIES' && !hasFailed) {
      hasFailed = true;
      throw pacsErrors.create('PACS_QUERY_FAILED', { context: { status: 0xa900 } });
    }
    return truth;
  };
  const report = await town.registration.crawl(pacs, {});
  assert.equal(report.seriesFound, 1);
  const failed = { reason: 'query-failed', level: 'SERIES', status: '0xA900', count: 1 };
  assert.deepEqual(report.leftOut, [failed]);
});

test('an archive may leave out SOP classes and list an instance twice', async (t) => {
  const pacs = memoryPacs('pacs', []);
  const town = await buildTown(t, pacs);
  for (const [uid, all] of memoryPacs('x', [one]).series) pacs.series.set(uid, all);
  pacs.behave.find = (query, truth) => {
    if (query.level !== 'IMAGE') return truth;
    const bare = truth.map((each) => new Map([...each].filter(([tag]) => tag !== 0x00080016)));
    return [...bare, ...bare];
  };
  await town.crawl();
  const files = await town.files();
  assert.equal(files.filter(({ product }) => product.of === 'instance').length, 3);
  const [file] = files;
  assert(file !== undefined);
  const ticket = await town.engine.request(file, { caller: 'ada', priority: 'interactive' });
  assert.equal((await ticket.settled({})).state, 'published');
});

test('a series that came to another patient is under another name, and the feed goes on', async (t) => {
  const pacs = memoryPacs('pacs', [one]);
  const town = await buildTown(t, pacs);
  const [before] = await series(town);
  const patient = { name: 'SYNTHETIC^BEA', id: 'SYN-0002', birthDate: '19600203' };
  for (const [uid, all] of memoryPacs('x', [{ ...one, patient }, two]).series)
    pacs.series.set(uid, all);
  await town.crawl();
  const after = await series(town);
  assert.equal(after.length, 2);
  assert.ok(before !== undefined && !after.includes(before));
  await town.crawl();
  assert.deepEqual(await series(town), after);
});

test('what the catalog applied is forgotten by the outbox', async (t) => {
  const town = await buildTown(t, memoryPacs('pacs', [one, two]));
  const applied = await town.catalog.inbox.appliedSequence();
  assert.ok(applied >= 3);
  assert.deepEqual(await town.index.outbox.after(0, 100), []);
  assert.equal(await town.index.outbox.align(applied), 'continued');
  await town.registration.offerCollections();
  assert.equal(await town.catalog.inbox.appliedSequence(), applied + 1);
});

test('a catalog or an index from another time makes the feed start again, with everything', async (t) => {
  for (const applied of [0, 1, 2, 4, 50]) {
    const town = await buildTown(t, memoryPacs('pacs', [one, two]));
    assert.equal(await town.catalog.inbox.appliedSequence(), 3);
    const aligned = await town.index.outbox.align(applied);
    assert.equal(aligned, 'restarted', `${applied}`);
    const [first, ...rest] = await town.index.outbox.after(applied, 10);
    assert.equal(first ?? rest[0], undefined);
    await town.registration.crawl(town.pacs, {}).catch(() => undefined);
    const outbox = await town.index.outbox.after(applied, 10);
    assert.ok(outbox.every(({ sequence }, at) => sequence === applied + 1 + at));
  }
});

test('the index knows which collections have names', async (t) => {
  const town = await buildTown(t, memoryPacs('pacs', [one]));
  assert.equal(await town.index.hasNames('all'), true);
  assert.equal(await town.index.hasNames('other'), false);
});

test('a catalog that was lost is filled again from the index', async (t) => {
  const town = await buildTown(t, memoryPacs('pacs', [one, two]));
  const before = await series(town);
  const catalog = await openCatalog({
    products,
    path: ':memory:',
    clock: town.clock,
    random: systemRandom,
  });
  t.after(() => catalog.close());
  const registration = town.register(catalog.inbox);
  await registration.offerCollections();
  assert.deepEqual(await series({ ...town, catalog }), before);
});
