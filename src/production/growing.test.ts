import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  jobOf,
  jobSeries,
  openWorkshop,
  producedOf,
  resultsOf,
  targetOf,
} from '../../test/support/production.ts';
import { type DataSet, tag } from '../dicom/index.ts';
import { derive, readSealed } from '../flow/index.ts';
import { type GrowingReplica, type ProductionJob, productionLimits } from './index.ts';

const small = { slices: 6, rows: 16, columns: 12 } as const;
const volume = targetOf({ fileId: 1 });

test('a validator is there before the first byte, is the version’s, and is made anew each time', async (t) => {
  const workshop = await openWorkshop(t);
  const seen: string[] = [];
  const published: string[] = [];
  for (let tries = 0; tries < 2; tries += 1) {
    const job = jobOf(workshop, jobSeries(small), { targets: [volume] });
    const onGrowing = (_: number, replica: GrowingReplica): void =>
      void seen.push(replica.validator);
    const results = await resultsOf(workshop.production.produce({ ...job, onGrowing }));
    const { version } = producedOf(results, 1);
    assert('validator' in version);
    published.push(version.validator);
  }
  assert.deepEqual(published, seen);
  assert.equal(new Set(seen).size, 2);
  for (const validator of seen) assert.match(validator, /^[0-9a-f]{32}$/);
});

test('a size is told before the end only where the list gives shape and place of every slice', async (t) => {
  const series = jobSeries(small);
  const without = (keyword: 'Rows' | 'BitsAllocated', index: number): ProductionJob['expected'] =>
    series.expected.map((each, at) => {
      const { record } = each;
      if (at !== index || record === undefined) return each;
      const cut = (all: DataSet): DataSet =>
        new Map([...all].filter(([one]) => one !== tag[keyword]));
      return { ...each, record: derive(record, cut) };
    });
  const size = 352 + small.slices * small.rows * small.columns * 2;
  const rows: readonly (readonly [ProductionJob['expected'], number | undefined])[] = [
    [series.expected, size],
    [without('Rows', 3), undefined],
    [without('BitsAllocated', 0), undefined],
  ];
  for (const [expected, told] of rows) {
    const workshop = await openWorkshop(t);
    const seen: (number | undefined)[] = [];
    const onGrowing = (_: number, { plaintextSize }: GrowingReplica): void =>
      void seen.push(plaintextSize);
    const job = jobOf(workshop, { ...series, expected }, { targets: [volume], onGrowing });
    const results = await resultsOf(workshop.production.produce(job));
    const { version } = producedOf(results, 1);
    assert('plaintextSize' in version && version.plaintextSize === size);
    assert.deepEqual(seen, [told]);
  }
});

test('slices of another shape than the list says are planned by their headers', async (t) => {
  const workshop = await openWorkshop(t);
  const narrow = jobSeries({ ...small, rows: small.rows - 1 });
  const seen: (number | undefined)[] = [];
  const onGrowing = (_: number, { plaintextSize }: GrowingReplica): void =>
    void seen.push(plaintextSize);
  const series = { ...jobSeries(small), expected: narrow.expected };
  const job = jobOf(workshop, series, { targets: [volume], onGrowing });
  producedOf(await resultsOf(workshop.production.produce(job)), 1);
  assert.deepEqual(seen, [352 + small.slices * small.rows * small.columns * 2]);
});

test('who follows sees what was made, also while the archive sends no more', {
  timeout: 30_000,
}, async (t) => {
  // A page would hold all of it.
  const limits = { voxelPageBytes: 64 * 1024 * 1024 };
  const workshop = await openWorkshop(t, { defaults: productionLimits, limits });
  const series = jobSeries({ slices: 5, rows: 512, columns: 256 });
  const going = Promise.withResolvers<void>();
  const growing = Promise.withResolvers<GrowingReplica>();
  const instances = (async function* () {
    for (let index = 0; index < 5; index += 1) {
      if (index === 3) await going.promise;
      yield series.instance(index);
    }
  })();
  const onGrowing = (_: number, replica: GrowingReplica): void => growing.resolve(replica);
  const job = jobOf(workshop, series, { targets: [volume], instances, onGrowing });
  const results = resultsOf(workshop.production.produce(job));
  const { replicaId } = await growing.promise;
  let seenBytes = 0;
  for await (const piece of workshop.storage.follow(replicaId, 0, {})) {
    seenBytes += readSealed(piece).length;
    // Three slices are there, and as many bytes as are sealed at a time.
    if (seenBytes > 512 * 1024) going.resolve();
  }
  producedOf(await results, 1);
  assert.ok(seenBytes > 5 * 512 * 256 * 2);
});
