import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { asyncProperty, boolean, assert as check, shuffledSubarray } from 'fast-check';
import type { TestElement } from '../../test/support/part10-writer.ts';
import {
  jobOf,
  jobSeries,
  openWorkshop,
  type Produced,
  plaintextOf,
  producedOf,
  resultsOf,
  statedOf,
  targetOf,
  versionOf,
  type Workshop,
} from '../../test/support/production.ts';
import { sopClass, transferSyntax } from '../dicom/index.ts';
import { readSealed } from '../flow/index.ts';
import type {
  ExistingVersion,
  FileResult,
  GrowingReplica,
  ProductionJob,
  ProductionResult,
} from './index.ts';
import { productionLimits } from './limits.ts';

const small = { slices: 6, rows: 16, columns: 12 } as const;
const volume = targetOf({ fileId: 1 });
const packed = targetOf({ fileId: 2, product: 'nii.gz' });

const byFile = (a: FileResult, b: FileResult): number => a.fileId - b.fileId;

/** Nothing is left of a job that failed or gave up: no replica, no space set aside. */
async function assertEmpty(workshop: Workshop): Promise<void> {
  for await (const replica of workshop.storage.list()) assert.fail(replica.id);
  assert.equal(await workshop.freeBytes(), 64 * 1024 * 1024);
}

async function produceAll(t: TestContext, options: Parameters<typeof jobSeries>[0] = small) {
  const workshop = await openWorkshop(t);
  const results = await resultsOf(workshop.production.produce(jobOf(workshop, jobSeries(options))));
  return { workshop, results };
}

test('a volume holds every slice at its place, and its receipt says what it is', async (t) => {
  const series = jobSeries(small);
  const { workshop, results } = await produceAll(t);
  const result = producedOf(results, 1);
  const bytes = await plaintextOf(workshop, result);
  assert.equal(bytes.length, 352 + 6 * 16 * 12 * 2);
  assert('sha256' in result.version);
  assert.equal(result.version.sha256, createHash('sha256').update(bytes).digest('hex'));
  const { version, production } = await statedOf(workshop, result);
  const stack = workshop.keys[0]?.of.stem;
  const name = `p-0000000000000000/t-0000000000000000/s-0000000000000000/${stack}.nii`;
  assert.deepEqual([version.name, version.stacks, version.version], [name, 1, 1]);
  assert.equal(version.keyId, workshop.keys[0]?.keyId);
  assert.equal(production.productionId, result.replica.id);
  assert.deepEqual(version.source, {
    expectedInstances: 6,
    countedInstances: 6,
    instances: 6,
    withoutImage: 0,
    completeness: 'verified',
    reason: null,
  });
  // Rows are turned, so the first row of a slice is its last in the file.
  const rowBytes = 12 * 2;
  for (let index = 0; index < 6; index += 1) {
    const slice = bytes.subarray(352 + index * 384, 352 + (index + 1) * 384);
    assert.deepEqual(slice.subarray(-rowBytes), Buffer.from(series.pixels(index).subarray(0, 24)));
  }
});

test('any order of arrival gives the same bytes, with and without positions', async (t) => {
  // Direction cosines that differ in their last digits: the lowest slice gives them.
  const wobbling = {
    ...small,
    edit: (index: number) =>
      [[0x00200037, 'DS', `1\\${(index * 1e-6).toFixed(6)}\\0\\0\\1\\0`] as const] as const,
  };
  const digests = new Set<string>();
  const order = shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 });
  await check(
    asyncProperty(order, boolean(), async (arrival, records) => {
      const workshop = await openWorkshop(t);
      const job = jobOf(workshop, jobSeries({ ...wobbling, records }), { order: arrival });
      const result = producedOf(await resultsOf(workshop.production.produce(job)), 1);
      assert('sha256' in result.version);
      digests.add(result.version.sha256);
      assert.equal(digests.size, 1);
    }),
    { numRuns: 25 },
  );
});

test('both formats at once hold the same volume', async (t) => {
  const workshop = await openWorkshop(t);
  const job = jobOf(workshop, jobSeries(small), { targets: [volume, packed] });
  const found: ProductionResult[] = [];
  const results = await resultsOf(
    (async function* () {
      for await (const result of workshop.production.produce(job)) {
        found.push(result);
        yield result;
      }
    })(),
  );
  const plain = await plaintextOf(workshop, producedOf(results, 1));
  const gz = await plaintextOf(workshop, producedOf(results, 2));
  assert.deepEqual(gunzipSync(gz), plain);
  const [stacks] = found;
  assert(stacks?.kind === 'stacks');
  assert.match(stacks.stacks[0]?.name ?? '', /^v-[0-9a-z]{16}$/);
  assert.deepEqual(stacks.stacks[0]?.products, ['nii', 'nii.gz', 'nrrd', 'inr', 'json', 'qc.json']);
});

test('what was set aside and not used is free again', async (t) => {
  const workshop = await openWorkshop(t);
  const series = jobSeries(small);
  const targets = [
    volume,
    packed,
    ...series.names.map((instanceName, index) =>
      targetOf({ fileId: 10 + index, product: 'dcm', instanceName }),
    ),
  ];
  const results = await resultsOf(
    workshop.production.produce(jobOf(workshop, series, { targets })),
  );
  const made = results.filter((result) => result.kind === 'produced');
  const used = made.reduce((sum, { replica }) => sum + replica.sealedSize, 0);
  assert.equal(made.length, 8);
  assert.equal(await workshop.freeBytes(), 64 * 1024 * 1024 - used);
});

/** As a recall gives it back. */
async function existingOf(workshop: Workshop, made: Produced): Promise<ExistingVersion> {
  assert('segmentDigests' in made.version);
  const { segmentDigests } = made.version;
  return { ...(await statedOf(workshop, made)), segmentDigests };
}

test('a second production gives the same content under the same key', async (t) => {
  const { workshop, results } = await produceAll(t);
  const existing = await existingOf(workshop, producedOf(results, 1));
  const targets = [{ ...volume, existing }];
  const again = jobOf(workshop, jobSeries(small), { targets });
  const growing: number[] = [];
  const second = await resultsOf(
    workshop.production.produce({ ...again, onGrowing: (fileId) => growing.push(fileId) }),
  );
  const { guid } = existing.version;
  assert.deepEqual(producedOf(second, 1).version, { guid, number: 1 });
  assert.equal(workshop.keys.length, 1);
  // It is compared before anybody may read it.
  assert.deepEqual(growing, []);
});

test('other content than that of the version is not served under it', async (t) => {
  const { workshop, results } = await produceAll(t);
  const targets = [{ ...volume, existing: await existingOf(workshop, producedOf(results, 1)) }];
  const free = await workshop.freeBytes();
  const other = jobOf(workshop, jobSeries({ ...small, seed: 2 }), { targets });
  assert.deepEqual(await resultsOf(workshop.production.produce(other)), [
    { kind: 'changed', fileId: 1 },
  ]);
  assert.equal(await workshop.freeBytes(), free);
});

test('instances twice, others, and in any order are no trouble', async (t) => {
  const workshop = await openWorkshop(t);
  const series = jobSeries(small);
  const stranger = jobSeries({ ...small, seed: 9 });
  const instances = (async function* () {
    yield stranger.instance(0);
    for (const index of [3, 3, 0, 1, 1, 2, 5, 0, 4]) yield series.instance(index);
  })();
  const results = await resultsOf(
    workshop.production.produce(jobOf(workshop, series, { instances })),
  );
  assert.equal(producedOf(results, 1).kind, 'produced');
});

test('a missing instance is an error, never a shorter file', async (t) => {
  for (const records of [true, false]) {
    const workshop = await openWorkshop(t);
    const job = jobOf(workshop, jobSeries({ ...small, records }), { order: [0, 1, 2, 4, 5] });
    await assert.rejects(resultsOf(workshop.production.produce(job)), {
      code: 'PRODUCTION_INCOMPLETE',
      context: { expected: 6, missing: 1 },
    });
    await assertEmpty(workshop);
  }
});

test('an empty series is incomplete, not an empty volume', async (t) => {
  const workshop = await openWorkshop(t);
  const job = jobOf(workshop, { ...jobSeries(small), names: [], expected: [] });
  await assert.rejects(resultsOf(workshop.production.produce(job)), {
    code: 'PRODUCTION_INCOMPLETE',
  });
});

/** A job where the slice at `at` is withheld, and every other instance is a target too. */
function withheldJob(
  workshop: Workshop,
  at: number,
  change: Parameters<ReturnType<typeof jobSeries>['instance']>[1],
): ProductionJob {
  const series = jobSeries(small);
  const targets = [
    volume,
    packed,
    ...series.names.map((instanceName, index) =>
      targetOf({ fileId: 10 + index, product: 'dcm', instanceName }),
    ),
  ];
  const instances = (async function* () {
    for (const index of [0, 1, 2, 3, 4, 5])
      yield series.instance(index, index === at ? change : {});
  })();
  return jobOf(workshop, series, { targets, instances });
}

for (const at of [0, 3, 5]) {
  test(`instance ${at} withheld by its header: it and the volumes fail, the rest go on`, async (t) => {
    const workshop = await openWorkshop(t);
    const change = { transferSyntaxUid: transferSyntax.MPEG2MPML };
    const results = await resultsOf(workshop.production.produce(withheldJob(workshop, at, change)));
    const refused = results.filter((result) => result.kind === 'refused');
    assert.deepEqual(
      refused.toSorted(byFile).map(({ fileId, code }) => [fileId, code]),
      [1, 2, 10 + at].map((fileId) => [fileId, 'DEID_COMPRESSED_UNCHECKED']),
    );
    assert.equal(results.length - refused.length, 5);
  });

  test(`instance ${at} withheld while its pixels are read: the same`, async (t) => {
    const workshop = await openWorkshop(t);
    let left = false;
    const change = { dropBytes: 50, onLeave: () => (left = true) };
    const results = await resultsOf(workshop.production.produce(withheldJob(workshop, at, change)));
    const refused = results.filter((result) => result.kind === 'refused');
    assert.deepEqual(
      refused.toSorted(byFile).map(({ fileId, code }) => [fileId, code]),
      [1, 2, 10 + at].map((fileId) => [fileId, 'DEID_MALFORMED']),
    );
    assert.ok(left, 'the source is released');
    let count = 0;
    for await (const _ of workshop.storage.list()) count += 1;
    assert.equal(count, 5);
  });
}

test('who follows a volume that is given up gets an error, not an end', async (t) => {
  const workshop = await openWorkshop(t);
  const follower = Promise.withResolvers<GrowingReplica>();
  const job = { ...withheldJob(workshop, 4, { dropBytes: 50 }), targets: [volume] };
  const produced = resultsOf(
    workshop.production.produce({ ...job, onGrowing: (_, replica) => follower.resolve(replica) }),
  );
  const { replicaId } = await follower.promise;
  const read = (async () => {
    for await (const piece of workshop.storage.follow(replicaId, 0, {})) readSealed(piece);
  })();
  await assert.rejects(read, { code: 'STORAGE_REPLICA_ABORTED' });
  assert.deepEqual(
    (await produced).map(({ kind }) => kind),
    ['refused'],
  );
  await assertEmpty(workshop);
});

test('an instance that nobody wants is not read to its end', async (t) => {
  // Its pixel data are broken: only who wanted them would have to know.
  const workshop = await openWorkshop(t);
  const series = jobSeries(small);
  const [instanceName] = series.names.slice(5);
  let left = 0;
  const instances = (async function* () {
    yield series.instance(1, { dropBytes: 50, onLeave: () => (left += 1) });
    yield series.instance(5);
  })();
  const targets = [targetOf({ fileId: 3, product: 'dcm', instanceName })];
  const results = await resultsOf(
    workshop.production.produce(jobOf(workshop, series, { targets, instances })),
  );
  assert.deepEqual(
    results.map(({ kind, fileId }) => [kind, fileId]),
    [['produced', 3]],
  );
  assert.equal(left, 1);
});

/** Series of which some instances are not as the others: what is wrong with the one at each index. */
const mixtures: Readonly<Record<string, Readonly<Record<number, InstanceChange | Edit>>>> = {
  'a compressed one and a broken one': {
    1: { transferSyntaxUid: transferSyntax.JPEG2000Lossless },
    4: { dropBytes: 50 },
  },
  'another byte order, another echo and a missing sign': {
    0: { transferSyntaxUid: transferSyntax.ExplicitVRBigEndian },
    2: [[0x00280010, 'US', [15]]],
    5: [[0x00280103, 'US', '']],
  },
  'a screen capture and a damaged slope': {
    2: { sopClassUid: sopClass.SecondaryCaptureImageStorage },
    3: [[0x00281053, 'DS', '2,5']],
  },
  'a repeated position and another orientation': {
    1: [[0x00200032, 'DS', '-10\\-20\\30']],
    4: [[0x00200037, 'DS', '0\\1\\0\\0\\0\\-1']],
  },
  'another orientation and a broken one': {
    1: [[0x00200037, 'DS', '0\\1\\0\\0\\0\\-1']],
    4: { dropBytes: 50 },
  },
  'a mosaic and a slice elsewhere': {
    3: [[0x00080008, 'CS', 'ORIGINAL\\PRIMARY\\MOSAIC']],
    5: [[0x00200032, 'DS', '-10\\-20\\50']],
  },
};

for (const [what, changes] of Object.entries(mixtures)) {
  test(`the reason of a refusal is the same in any order: ${what}`, async (t) => {
    const editOf = (index: number): Edit => (isEdit(changes[index]) ? changes[index] : []);
    const codes = new Set<string>();
    const order = shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 });
    await check(
      asyncProperty(order, boolean(), async (arrival, records) => {
        const workshop = await openWorkshop(t);
        const series = jobSeries({ ...small, edit: editOf, records });
        const instances = (async function* () {
          for (const index of arrival) {
            const change = changes[index];
            yield series.instance(index, isEdit(change) ? {} : change);
          }
        })();
        const job = jobOf(workshop, series, { instances });
        const [result] = await resultsOf(workshop.production.produce(job));
        assert(result?.kind === 'refused');
        codes.add(result.code);
        assert.equal(codes.size, 1, [...codes].join(' '));
        await assertEmpty(workshop);
      }),
      { numRuns: 25 },
    );
  });
}

type InstanceChange = NonNullable<Parameters<ReturnType<typeof jobSeries>['instance']>[1]>;
type Edit = readonly TestElement[];

function isEdit(change: InstanceChange | Edit | undefined): change is Edit {
  return Array.isArray(change);
}

test('keys that cannot be deposited fail the job, whichever target it is, and leave nothing', async (t) => {
  for (const failing of [1, 2]) {
    let deposits = 0;
    const workshop = await openWorkshop(t, {
      deposit: async () => {
        deposits += 1;
        if (deposits === failing) throw new Error('no quorum');
      },
    });
    const job = jobOf(workshop, jobSeries(small), { targets: [volume, packed] });
    await assert.rejects(resultsOf(workshop.production.produce(job)), /no quorum/);
    await assertEmpty(workshop);
  }
});

test('a store that fills up in mid write fails the job and is empty again', async (t) => {
  const workshop = await openWorkshop(t, { capacityBytes: 2_000_000 });
  // The reservation claims less than comes.
  const reserve: ProductionJob['reserve'] = async () => workshop.storage.reserve(1000);
  const series = jobSeries({ slices: 6, rows: 500, columns: 500 });
  await assert.rejects(
    resultsOf(workshop.production.produce(jobOf(workshop, series, { reserve }))),
    { code: 'STORAGE_FULL' },
  );
  assert.equal(await workshop.freeBytes(), 2_000_000);
});

test('a caller who leaves leaves nothing half-made', async (t) => {
  const workshop = await openWorkshop(t);
  const series = jobSeries(small);
  const targets = [volume, targetOf({ fileId: 3, product: 'dcm', instanceName: series.names[2] })];
  for await (const result of workshop.production.produce(jobOf(workshop, series, { targets }))) {
    assert(result.kind === 'produced');
    await workshop.storage.delete(result.replica.id);
    break;
  }
  await assertEmpty(workshop);
});

test('a source that fails in mid instance fails the job with its own error', async (t) => {
  const workshop = await openWorkshop(t);
  const fail = new Error('connection lost');
  const job = { ...withheldJob(workshop, 3, { fail, dropBytes: 20 }), targets: [volume, packed] };
  await assert.rejects(resultsOf(workshop.production.produce(job)), fail);
  await assertEmpty(workshop);
});

test('a signal stops the job between instances', async (t) => {
  const workshop = await openWorkshop(t);
  const series = jobSeries(small);
  const cancel = new AbortController();
  const reason = new Error('cancelled');
  const instances = (async function* () {
    yield series.instance(0);
    cancel.abort(reason);
    yield series.instance(1);
  })();
  const job = jobOf(workshop, series, { instances, signal: cancel.signal });
  await assert.rejects(resultsOf(workshop.production.produce(job)), reason);
  await assertEmpty(workshop);
});

test('frames that have no room in memory wait on disk, in any order, and give the same bytes', async (t) => {
  const limits = { ...productionLimits, frameMemoryBytes: 2 * 384, spillStepBytes: 1024 };
  const digests = new Set<string>();
  for (const records of [true, false]) {
    const workshop = await openWorkshop(t, { defaults: limits });
    const series = jobSeries({ ...small, records });
    for (const order of [
      [5, 4, 3, 2, 1, 0],
      [0, 1, 2, 3, 4, 5],
      [2, 5, 0, 3, 1, 4],
    ]) {
      const job = jobOf(workshop, series, { order });
      const { version, replica } = producedOf(await resultsOf(workshop.production.produce(job)), 1);
      assert('sha256' in version);
      digests.add(version.sha256);
      await workshop.storage.delete(replica.id);
      assert.equal(await workshop.freeBytes(), 64 * 1024 * 1024);
    }
  }
  assert.equal(digests.size, 1);
});

test('in whatever pieces voxels go into files, their bytes are the same', async (t) => {
  const scale = [
    [0x00281052, 'DS', '-1024 '],
    [0x00281053, 'DS', '2 '],
  ] as const;
  const series = jobSeries({ ...small, edit: () => scale });
  const targets = ['nii', 'nii.gz', 'nrrd', 'inr'].map((product, fileId) =>
    targetOf({ fileId, product }),
  );
  const digests = new Set<string>();
  // A row of 24 bytes, or of 48 as values; a slice of 384; all of it.
  for (const voxelPageBytes of [1, 24, 7 * 24, 384, 500, 768, 5000, 512 * 1024]) {
    const workshop = await openWorkshop(t, {
      defaults: productionLimits,
      limits: { voxelPageBytes },
    });
    const results = await resultsOf(
      workshop.production.produce(jobOf(workshop, series, { targets, order: [2, 5, 0, 3, 1, 4] })),
    );
    const versions = targets.map(({ fileId }) => producedOf(results, fileId).version);
    digests.add(versions.map((version) => ('sha256' in version ? version.sha256 : '')).join());
  }
  assert.equal(digests.size, 1);
});

test('a good stack whose slices do not lie where the list says is refused, for this time', async (t) => {
  const workshop = await openWorkshop(t);
  const moved = jobSeries({
    ...small,
    edit: (index) => (index === 5 ? [[0x00200032, 'DS', '-10\\-20\\37.54']] : []),
  });
  const job = jobOf(workshop, { ...jobSeries(small), expected: moved.expected });
  const results = await resultsOf(workshop.production.produce(job));
  assert.deepEqual(results, [{ kind: 'refused', fileId: 1, code: 'VOLUME_NOT_AS_LISTED' }]);
  await assertEmpty(workshop);
});

test('a native instance may be followed while it grows', async (t) => {
  const workshop = await openWorkshop(t);
  const series = jobSeries(small);
  const [instanceName] = series.names;
  const target = targetOf({ fileId: 3, product: 'dcm', instanceName });
  const growing: number[] = [];
  const onGrowing = (fileId: number): void => void growing.push(fileId);
  const job = jobOf(workshop, series, { targets: [target], onGrowing });
  await resultsOf(workshop.production.produce(job));
  assert.deepEqual(growing, [3]);
});

test('a receipt says what was taken from the length of the pixel data', async (t) => {
  const lacking = {
    ...small,
    edit: () =>
      [
        [0x00280002, 'US', ''],
        [0x00280102, 'US', ''],
      ] as const,
  };
  const whole = await produceAll(t);
  const { workshop, results } = await produceAll(t, lacking);
  const { recipe } = await versionOf(workshop, producedOf(results, 1));
  assert.deepEqual(recipe.at(-1), { name: 'derived', value: 'HighBit,SamplesPerPixel' });
  assert.deepEqual(
    await plaintextOf(workshop, producedOf(results, 1)),
    await plaintextOf(whole.workshop, producedOf(whole.results, 1)),
  );
});

/** A series with one object more, which the change makes of another kind. */
function seriesWithObject(change: InstanceChange, record: Edit = []) {
  const whole = jobSeries({ ...small, slices: 7, edit: (index) => (index === 6 ? record : []) });
  return { ...whole, change };
}

const rawClass = sopClass.RawDataStorage;
/** Without pixel data: the last element of a made data set. */
const rawObject = { sopClassUid: rawClass, dropBytes: 12 + 16 * 12 * 2 };

test('an object that holds no image is no part of the volume, and the receipt counts it', async (t) => {
  const listedAs: Edit = [
    [0x00080016, 'UI', rawClass],
    [0x00200032, 'DS', ''],
  ];
  const series = seriesWithObject(rawObject, listedAs);
  const digests = new Set<string>();
  for (const order of [
    [0, 1, 2, 3, 4, 5, 6],
    [6, 5, 4, 3, 2, 1, 0],
    [0, 1, 2, 3, 4, 5],
  ]) {
    const workshop = await openWorkshop(t);
    const instances = (async function* () {
      for (const index of order) yield series.instance(index, index === 6 ? rawObject : {});
    })();
    const job = jobOf(workshop, series, { instances });
    const made = producedOf(await resultsOf(workshop.production.produce(job)), 1);
    const { source, plaintextSha256 } = await versionOf(workshop, made);
    assert.equal(source.instances, 6);
    assert.equal(source.withoutImage, 1);
    digests.add(plaintextSha256);
  }
  const { results } = await produceAll(t);
  const plain = producedOf(results, 1).version;
  assert('sha256' in plain);
  assert.deepEqual([...digests], [plain.sha256]);
});

test('an object without image is refused as an instance with a reason of its own', async (t) => {
  const workshop = await openWorkshop(t);
  const series = seriesWithObject(rawObject, [[0x00080016, 'UI', rawClass]]);
  const [instanceName] = series.names.slice(6);
  const targets = [targetOf({ fileId: 3, product: 'dcm', instanceName })];
  const instances = (async function* () {
    yield series.instance(6, rawObject);
  })();
  const results = await resultsOf(
    workshop.production.produce(jobOf(workshop, series, { targets, instances })),
  );
  assert.deepEqual(results, [{ kind: 'refused', fileId: 3, code: 'DEID_NO_IMAGE' }]);
});

test('a slice without pixel data is missing, whatever it is called', async (t) => {
  const workshop = await openWorkshop(t);
  const series = seriesWithObject(rawObject);
  const instances = (async function* () {
    for (const index of [0, 1, 2, 3, 4, 5, 6])
      yield series.instance(index, index === 6 ? rawObject : {});
  })();
  const results = await resultsOf(
    workshop.production.produce(jobOf(workshop, series, { instances })),
  );
  assert.deepEqual(results, [{ kind: 'refused', fileId: 1, code: 'DEID_MALFORMED' }]);
});

test('what is listed as an image and does not come leaves the series incomplete', async (t) => {
  const workshop = await openWorkshop(t);
  const job = jobOf(workshop, jobSeries({ ...small, slices: 7 }), { order: [0, 1, 2, 3, 4, 5] });
  await assert.rejects(resultsOf(workshop.production.produce(job)), {
    code: 'PRODUCTION_INCOMPLETE',
  });
});
