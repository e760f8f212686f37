import assert from 'node:assert/strict';
import { test } from 'node:test';
import { products } from '../../test/support/catalog-products.ts';
import { bea, type Hospital, openHospital, put, study } from '../../test/support/hospital.ts';
import { type MemoryPacs, memoryPacs } from '../../test/support/recall-town.ts';
import { openCatalog } from '../catalog/index.ts';
import { createPseudonyms, type Pseudonyms } from '../deid/index.ts';
import { dataSetOf, getString, tag } from '../dicom/index.ts';
import { identify } from '../flow/mint/identified.ts';
import { reveal } from '../flow/mint/reveal.ts';
import { pacsErrors } from '../pacs/errors.ts';
import { registrationLimits } from './limits.ts';

/** What the PACS says of its studies is completed by this. */
function says(pacs: MemoryPacs, values: Parameters<typeof dataSetOf>[0]): void {
  pacs.behave.find = (query, truth) =>
    query.level === 'STUDY'
      ? truth.map((answer) => new Map([...answer, ...dataSetOf(values)]))
      : truth;
}

const isConflict = '1 INDEX_HOLDINGS_DISAGREE';

test('the same study at two archives is one entry with two holdings, at every walk', async (t) => {
  const hospital = await openHospital(t);
  await hospital.start();
  const [a, b] = [memoryPacs('a', [study(1)]), memoryPacs('b', [study(1), study(2)])];
  for (let times = 0; times < 3; times += 1) await hospital.walk(a, b);
  const shown = await hospital.shown();
  assert.equal(shown.length, 2);
  const archives = await Promise.all(
    shown.map(async (path) => {
      const target = await hospital.index.recallTarget('all', path.split('/').at(-1) ?? '');
      return target?.archives.join();
    }),
  );
  assert.deepEqual(new Set(archives), new Set(['a,b', 'b']));
  assert.equal(await hospital.failures(), '');
});

test('the entry is under the subject of the archive that was seen first', async (t) => {
  const [first, second] = [await openHospital(t), await openHospital(t)];
  for (const hospital of [first, second]) await hospital.start();
  const [a, b] = [memoryPacs('a', [study(1)]), memoryPacs('b', [study(1)])];
  await first.walk(a, b);
  await second.walk(a);
  assert.deepEqual(await first.shown(), await second.shown());
  const third = await openHospital(t);
  await third.start();
  await third.walk(b, a);
  assert.notDeepEqual(await third.shown(), await first.shown());
  // A collection that has only what the other archive holds has it under the same names.
  const pathsOf = async (hospital: Hospital): Promise<readonly string[]> =>
    (await hospital.shown()).map((path) => path.replace(/^\/site\/[a-z]+/, ''));
  await first.start({ filters: { other: { pacs: ['b'] } } });
  assert.deepEqual(await pathsOf(first), await pathsOf(second));
});

test('an archive that states no issuer agrees with one that does', async (t) => {
  const hospital = await openHospital(t);
  await hospital.start();
  const [a, b] = [memoryPacs('a', [study(1)]), memoryPacs('b', [study(1)])];
  says(b, { IssuerOfPatientID: 'REGION' });
  await hospital.walk(a, b);
  assert.equal(await hospital.failures(), '');
  assert.equal((await hospital.shown()).length, 1);
});

test('archives that disagree about the patient hold the series back, and rename nothing', async (t) => {
  const disagreements: readonly ((a: MemoryPacs, b: MemoryPacs) => void)[] = [
    (_a, b) => put(b, study(1, { patient: bea })),
    (_a, b) => says(b, { PatientID: '' }),
    (a, b) => {
      says(a, { IssuerOfPatientID: 'HERE' });
      says(b, { IssuerOfPatientID: 'THERE' });
    },
  ];
  for (const disagree of disagreements) {
    const hospital = await openHospital(t);
    await hospital.start();
    const [a, b] = [memoryPacs('a', [study(1), study(2)]), memoryPacs('b', [])];
    put(b, study(1));
    disagree(a, b);
    await hospital.walk(a);
    const before = await hospital.shown();
    const stateOf = async (path: string) => {
      const directory = await hospital.catalog.names.resolve(path);
      assert(directory?.kind === 'directory');
      const files = await hospital.catalog.names.list(directory.id, { after: undefined, limit: 9 });
      return files.map((file) => (file.kind === 'file' ? file.state : ''))[0];
    };
    const states = async () => new Set(await Promise.all(before.map(stateOf)));
    assert.deepEqual(await states(), new Set(['announced']));
    for (let times = 0; times < 2; times += 1) {
      await hospital.walk(b, a);
      assert.deepEqual(await hospital.shown(), before);
      assert.deepEqual(await states(), new Set(['announced', 'conflict']));
      assert.equal(await hospital.failures(), isConflict);
    }
    b.behave = {};
    a.behave = {};
    put(b, study(1));
    await hospital.walk(b, a);
    assert.equal(await hospital.failures(), '');
    assert.deepEqual((await hospital.shown()).length, 2);
  }
});

test('an archive that corrects a patient alone renames nothing; once all have, the series moves', async (t) => {
  const hospital = await openHospital(t);
  await hospital.start();
  const [a, b] = [memoryPacs('a', [study(1)]), memoryPacs('b', [study(1)])];
  await hospital.walk(a, b);
  const before = await hospital.shown();
  put(a, study(1, { patient: bea }));
  for (let times = 0; times < 2; times += 1) {
    await hospital.walk(a, b);
    assert.deepEqual(await hospital.shown(), before);
    assert.equal(await hospital.failures(), isConflict);
  }
  put(b, study(1, { patient: bea }));
  await hospital.walk(b);
  assert.equal(await hospital.failures(), '');
  const after = await hospital.shown();
  assert.equal(after.length, 1);
  assert.notDeepEqual(after, before);
});

test('archives that disagree from the first are not announced, and counted', async (t) => {
  const hospital = await openHospital(t);
  await hospital.start({ filters: { all: { pacs: ['b'] } } });
  const [a, b] = [memoryPacs('a', [study(1)]), memoryPacs('b', [study(1, { patient: bea })])];
  await hospital.walk(a, b);
  assert.deepEqual(await hospital.shown(), []);
  assert.equal(await hospital.failures(), isConflict);
});

test('a collection of one archive has what that archive holds, whoever holds it too', async (t) => {
  const hospital = await openHospital(t);
  await hospital.start({ filters: { all: { pacs: ['b'] } } });
  const [a, b] = [memoryPacs('a', [study(1), study(2)]), memoryPacs('b', [study(1)])];
  await hospital.walk(a, b);
  assert.equal((await hospital.shown()).length, 1);
});

test('a reassigned patient goes at once, whatever else fails', async (t) => {
  const hospital = await openHospital(t);
  await hospital.start();
  const a = memoryPacs('a', [study(1)]);
  await hospital.walk(a);
  const [before = ''] = await hospital.shown();
  // Another archive's study cannot be announced: its instances have the names of others.
  const truth = createPseudonyms(new Uint8Array(32).fill(7));
  const first = truth.instanceName(identify({ seriesInstanceUid: '1', sopInstanceUid: '1' }));
  const failing: Pseudonyms = { ...truth, instanceName: () => first };
  await hospital.start({ pseudonyms: failing });
  put(a, study(1, { patient: bea }), study(2));
  await hospital.walk(a);
  assert.deepEqual(await hospital.shown(), []);
  assert.equal(await hospital.failures(), '2 INDEX_NAME_COLLISION');
  assert.match(hospital.logged.join(), /registration\.not_announced.*INDEX_NAME_COLLISION/);
  // The next walk tries again, and what can be announced is.
  await hospital.start();
  await hospital.walk(a);
  assert.equal(await hospital.failures(), '');
  const after = await hospital.shown();
  assert.equal(after.length, 2);
  assert.ok(!after.includes(before));
});

test('a withdrawn name never comes back, and its return is told', async (t) => {
  const hospital = await openHospital(t);
  await hospital.start();
  const a = memoryPacs('a', [study(1)]);
  await hospital.walk(a);
  put(a, study(1, { patient: bea }));
  await hospital.walk(a);
  const [moved] = await hospital.shown();
  put(a, study(1));
  await hospital.walk(a);
  assert.deepEqual(await hospital.shown(), []);
  assert.equal(await hospital.failures(), '1 INDEX_NAME_WITHDRAWN');
  put(a, study(1, { patient: bea }));
  await hospital.walk(a);
  assert.deepEqual(await hospital.shown(), []);
  assert.ok(moved !== undefined);
});

test('a patient who moves while a walk goes on is withdrawn within it', async (t) => {
  const hospital = await openHospital(t);
  const registration = await hospital.start();
  const a = memoryPacs('a', [study(1), study(2)]);
  await hospital.walk(a);
  const before = await hospital.shown();
  put(a, study(1, { patient: bea }));
  // The second study is not answered for until the first was dealt with.
  let answered = 0;
  const until = Promise.withResolvers<void>();
  const find = a.find.bind(a);
  const slow: MemoryPacs = {
    ...a,
    async *find(...asked) {
      if (reveal(asked[0]).level === 'SERIES' && ++answered === 2) await until.promise;
      yield* find(...asked);
    },
  };
  let isWithdrawn = false;
  const walking = registration.crawl(slow, {});
  for (let turn = 0; turn < 1000 && !isWithdrawn; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (answered === 2) hospital.clock.advance(registrationLimits.reviewEveryMs);
    isWithdrawn = (await hospital.shown()).filter((path) => before.includes(path)).length === 1;
  }
  until.resolve();
  await walking;
  assert.ok(isWithdrawn);
});

test('what a narrowed filter excludes is hidden at the start, and comes back under the same names', async (t) => {
  const hospital = await openHospital(t);
  await hospital.start();
  const a = memoryPacs('a', [study(1), study(2, { patient: bea })]);
  await hospital.walk(a);
  const all = await hospital.shown();
  assert.equal(all.length, 2);
  const { told } = hospital;
  await hospital.start({ filters: { all: { patientIds: [bea.id] } } });
  assert.equal(hospital.told, told + 1, 'the key servers need not wait for the next round');
  const narrowed = await hospital.shown();
  assert.equal(narrowed.length, 1);
  await hospital.walk(a);
  assert.deepEqual(await hospital.shown(), narrowed);
  await hospital.start();
  assert.deepEqual(await hospital.shown(), all);
});

test('what a walk finds not to fit any more is hidden by it', async (t) => {
  const hospital = await openHospital(t);
  await hospital.start({ filters: { all: { modalities: ['CT'] } } });
  const a = memoryPacs('a', [study(1), study(2)]);
  await hospital.walk(a);
  const all = await hospital.shown();
  const uids = [...a.series.keys()];
  a.behave.find = (query, truth) =>
    query.level !== 'SERIES'
      ? truth
      : truth.map((answer) =>
          getString(answer, tag.SeriesInstanceUID) === uids[0]
            ? new Map([...answer, ...dataSetOf({ Modality: 'SR' })])
            : answer,
        );
  await hospital.walk(a);
  assert.equal((await hospital.shown()).length, 1);
  a.behave = {};
  await hospital.walk(a);
  assert.deepEqual(await hospital.shown(), all);
});

test('a series that moves to another patient while it is hidden does not come back as it was', async (t) => {
  const hospital = await openHospital(t);
  await hospital.start();
  const a = memoryPacs('a', [study(1), study(2)]);
  await hospital.walk(a);
  const before = await hospital.shown();
  await hospital.start({ filters: { all: { modalities: ['MR'] } } });
  assert.deepEqual(await hospital.shown(), []);
  put(a, study(1, { patient: bea }));
  await hospital.walk(a);
  await hospital.start();
  const after = await hospital.shown();
  assert.equal(after.length, 2);
  assert.equal(after.filter((path) => before.includes(path)).length, 1);
});

test('so much that a mistake is likelier waits for an operator, and nothing of it is hidden', async (t) => {
  const hospital = await openHospital(t);
  await hospital.start();
  const studies = Array.from({ length: 25 }, (_, at) => study(at + 1));
  const a = memoryPacs('a', [...studies.slice(0, 20), study(90, { patient: bea })]);
  await hospital.walk(a);
  const all = await hospital.shown();
  assert.equal(all.length, 21);
  const registration = await hospital.start({ filters: { all: { patientIds: [bea.id] } } });
  assert.deepEqual(await hospital.shown(), all);
  const [waiting] = await registration.status();
  assert.deepEqual([waiting?.isWaiting, waiting?.studies, waiting?.studiesLeaving], [true, 21, 20]);
  assert.match(hospital.logged.join(), /registration\.hiding_waits/);
  await hospital.walk(a);
  assert.deepEqual(await hospital.shown(), all);
  assert.equal(await registration.applyHiding('all'), 20);
  assert.equal((await hospital.shown()).length, 1);
  assert.equal((await registration.status())[0]?.isWaiting, false);
  assert.equal(await registration.applyHiding('none'), undefined);
  await hospital.start();
  assert.deepEqual(await hospital.shown(), all);
});

test('a waiting that is undone by the filter hides nothing', async (t) => {
  const hospital = await openHospital(t);
  await hospital.start();
  const a = memoryPacs(
    'a',
    Array.from({ length: 20 }, (_, at) => study(at + 1)),
  );
  await hospital.walk(a);
  const all = await hospital.shown();
  await hospital.start({ filters: { all: { modalities: ['MR'] } } });
  const registration = await hospital.start();
  assert.equal((await registration.status())[0]?.isWaiting, false);
  assert.equal(await registration.applyHiding('all'), 0);
  assert.deepEqual(await hospital.shown(), all);
});

test('fewer studies are hidden without asking', async (t) => {
  const hospital = await openHospital(t);
  await hospital.start();
  const a = memoryPacs(
    'a',
    Array.from({ length: 19 }, (_, at) => study(at + 1)),
  );
  await hospital.walk(a);
  await hospital.start({ filters: { all: { modalities: ['MR'] } } });
  assert.deepEqual(await hospital.shown(), []);
});

test('a collection that is removed is hidden as a whole, at once, and comes back', async (t) => {
  const hospital = await openHospital(t);
  const filters = { all: {}, other: {} };
  await hospital.start({ filters });
  const a = memoryPacs(
    'a',
    Array.from({ length: 21 }, (_, at) => study(at + 1)),
  );
  await hospital.walk(a);
  const both = await hospital.shown();
  assert.equal(both.length, 42);
  await hospital.start();
  const left = await hospital.shown();
  assert.ok(left.length === 21 && left.every((path) => path.startsWith('/site/all/')));
  // Meanwhile a patient moves: under the old name the series never comes back.
  put(a, study(1, { patient: bea }));
  await hospital.walk(a);
  await hospital.start({ filters });
  const again = await hospital.shown();
  assert.equal(again.length, 42);
  const lost = both.filter((path) => !again.includes(path));
  assert.deepEqual(
    lost.map((path) => path.split('/')[2]),
    ['all', 'other'],
  );
});

test('an archive that is removed hides nothing: what it alone held says so', async (t) => {
  const hospital = await openHospital(t);
  await hospital.start();
  const [a, b] = [memoryPacs('a', [study(1), study(2)]), memoryPacs('b', [study(1)])];
  await hospital.walk(a, b);
  const all = await hospital.shown();
  const held = async () => {
    const files = await Promise.all(
      all.map(async (path) => {
        const node = await hospital.catalog.names.resolve(`${path}/volume.nii`);
        return node?.kind === 'file' && node.isHeld;
      }),
    );
    return new Set(files);
  };
  assert.deepEqual(await held(), new Set([true]));
  await hospital.start({ archives: ['b'] });
  assert.deepEqual(await hospital.shown(), all);
  assert.deepEqual(await held(), new Set([false, true]));
  await hospital.start();
  assert.deepEqual(await held(), new Set([true]));
});

test('an archive that does not answer, or answers nothing, changes nothing', async (t) => {
  const hospital = await openHospital(t);
  await hospital.start();
  const a = memoryPacs('a', [study(1), study(2)]);
  await hospital.walk(a);
  const all = await hospital.shown();
  a.behave.find = () => [];
  await hospital.walk(a);
  assert.deepEqual(await hospital.shown(), all);
  a.behave.find = () => {
    throw pacsErrors.create('PACS_UNREACHABLE');
  };
  await assert.rejects(hospital.walk(a), { code: 'PACS_UNREACHABLE' });
  assert.deepEqual(await hospital.shown(), all);
});

test('a catalog that was lost, or restored, is told first what is gone', async (t) => {
  const hospital = await openHospital(t);
  const filters = { all: {}, other: {} };
  await hospital.start({ filters });
  const a = memoryPacs('a', [study(1), study(2, { patient: bea }), study(3)]);
  await hospital.walk(a);
  const before = hospital.catalog;
  put(a, study(3, { patient: bea }));
  await hospital.walk(a);
  await hospital.start({ filters: { all: { patientIds: [bea.id] } } });
  const shown = await hospital.shown();
  assert.equal(shown.length, 2);
  const fresh = await openCatalog({ products, path: ':memory:', clock: hospital.clock });
  t.after(() => fresh.close());
  hospital.catalog = fresh;
  await hospital.start({ filters: { all: { patientIds: [bea.id] } } });
  assert.deepEqual(await hospital.shown(), shown);
  // One from before, which still shows all of it.
  hospital.catalog = before;
  await hospital.start({ filters: { all: { patientIds: [bea.id] } } });
  assert.deepEqual(await hospital.shown(), shown);
});

test('values of a filter that no series has are told by their place, never as they are', async (t) => {
  const hospital = await openHospital(t);
  const filter = { modalities: ['CT', 'XX'], patientIds: ['nobody', bea.id], pacs: ['a', 'b'] };
  const registration = await hospital.start({ filters: { all: filter, other: {} } });
  const unseen = async (): Promise<readonly (readonly string[])[]> =>
    (await registration.status()).map((status) => status.unseen);
  assert.deepEqual(await unseen(), [
    ['pacs[0]', 'pacs[1]', 'modalities[0]', 'modalities[1]', 'patientIds[0]', 'patientIds[1]'],
    [],
  ]);
  await hospital.walk(memoryPacs('a', [study(1, { patient: bea })]));
  const left = ['pacs[1]', 'modalities[1]', 'patientIds[0]'];
  assert.deepEqual(await unseen(), [left, []]);
  const warned = (): readonly string[] =>
    hospital.logged.filter((line) => line.includes('filter_matches_nothing'));
  // The other archive may hold them.
  assert.deepEqual(warned(), []);
  await hospital.walk(memoryPacs('b', []));
  assert.match(
    warned().join(),
    /"collection":"all","values":3,"settings":"pacs\[1\] modalities\[1\] patientIds\[0\]"/,
  );
  assert.doesNotMatch(warned().join(), /nobody/);
  await hospital.walk(memoryPacs('a', []));
  assert.equal(warned().length, 1, 'once for a round of walks');
  // What a walk before the restart has seen counts.
  const again = await hospital.start({ filters: { all: filter, other: {} } });
  assert.deepEqual((await again.status())[0]?.unseen, left);
  await hospital.walk(memoryPacs('b', [study(2)]));
  assert.deepEqual((await again.status())[0]?.unseen, ['modalities[1]', 'patientIds[0]']);
});
