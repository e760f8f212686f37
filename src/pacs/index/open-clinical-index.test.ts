import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { manualClock } from '../../../test/support/manual-clock.ts';
import { seededRandom } from '../../../test/support/seeded-random.ts';
import { tempFolder } from '../../../test/support/temp.ts';
import { dataSetOf } from '../../dicom/index.ts';
import { identify } from '../../flow/mint/identified.ts';
import { reveal } from '../../flow/mint/reveal.ts';
import type {
  Candidate,
  ClinicalIndex,
  CollectionFilter,
  FoundSeries,
  SeriesNames,
} from './clinical-index.ts';
import { createIndexCipher } from './index-cipher.ts';
import { indexLimits } from './limits.ts';
import { openClinicalIndex } from './open-clinical-index.ts';
import type { CatalogChangeText } from './outbox.ts';

const everything: CollectionFilter = {
  pacs: [],
  modalities: [],
  patientIds: [],
  studyInstanceUids: [],
};
const cipher = createIndexCipher({
  hospitalKey: new Uint8Array(32).fill(1),
  random: seededRandom(1),
});

async function openIndex(t: TestContext, path = ':memory:') {
  const clock = manualClock();
  const index = await openClinicalIndex({ path, cipher, clock, random: seededRandom(9) });
  t.after(() => index.close());
  return { index, clock };
}

/** A series as a crawl finds it. */
function found(options: {
  readonly patientId?: string;
  readonly issuer?: string;
  readonly study?: string;
  readonly series?: string;
  readonly instances?: number;
}): FoundSeries {
  const { patientId = 'SYN-0001', issuer = '', study = '1.2.3', series = '1.2.3.4' } = options;
  return {
    study: dataSetOf({
      PatientID: patientId,
      IssuerOfPatientID: issuer,
      StudyInstanceUID: study,
    }),
    series: dataSetOf({ SeriesInstanceUID: series, Modality: 'CT' }),
    instances: Array.from({ length: options.instances ?? 2 }, (_, at) =>
      dataSetOf({
        SOPInstanceUID: `${series}.${at + 1}`,
        SOPClassUID: '1.2.840.10008.5.1.4.1.1.2',
      }),
    ),
  };
}

const change = '{}' as CatalogChangeText;

interface Place {
  readonly index: ClinicalIndex;
}

async function candidates(
  { index }: Place,
  filter: Partial<CollectionFilter> = {},
): Promise<readonly Candidate[]> {
  const recipe = { site: 'site', filter: { ...everything, ...filter }, archives: ['pacs'] };
  const review = await index.entries('all').review(recipe);
  const all: Candidate[] = [];
  for await (const candidate of review.candidates('all')) all.push(candidate);
  return all;
}

/** What a collection would announce. */
async function unannounced(
  place: Place,
  filter: Partial<CollectionFilter> = {},
): Promise<readonly Candidate[]> {
  return (await candidates(place, filter)).filter(
    ({ entry, standing }) =>
      standing === 'belongs' && !(entry?.state === 'shown' && entry.isCurrent),
  );
}

function namesFor(series: Candidate, suffix = ''): SeriesNames {
  const { instances } = reveal(series.holding);
  return {
    patientName: `p-${reveal(series.identities.subjectKey).slice(0, 8)}`,
    studyName: `t-1${suffix}`,
    seriesName: `s-1${suffix}`,
    instanceNames: instances.map(({ sopInstanceUid }) => `i-${sopInstanceUid}`),
  };
}

async function announceAll(place: Place): Promise<number> {
  const all = await unannounced(place);
  for (const series of all) {
    await place.index.entries('all').announce(series, { names: namesFor(series), change });
  }
  return all.length;
}

test('what a PACS holds is new, then known, and changed when it grows', async (t) => {
  const place = await openIndex(t);
  const { index, clock } = place;
  assert.equal(await index.record('pacs', identify(found({}))), 'new');
  assert.equal(await index.record('pacs', identify(found({}))), 'known');
  assert.equal(await announceAll(place), 1);
  assert.equal(await announceAll(place), 0);
  clock.advance(indexLimits.seenGrainMs);
  assert.equal(await index.record('pacs', identify(found({}))), 'known');
  assert.equal(await announceAll(place), 0);
  assert.equal(await index.record('pacs', identify(found({ instances: 3 }))), 'changed');
  assert.equal(await announceAll(place), 1);
  const target = await index.recallTarget('all', 's-1');
  assert.deepEqual(target?.instanceNames, ['i-1.2.3.4.1', 'i-1.2.3.4.2', 'i-1.2.3.4.3']);
});

test('a review may be of a part, in the order of the changes; the whole one looks at what failed', async (t) => {
  const { index } = await openIndex(t);
  const entries = index.entries('all');
  await index.offer({ site: 'site', collection: 'all', isHidden: false }, change);
  const recipe = { site: 'site', filter: everything, archives: ['pacs'] };
  for (const study of ['1.2.1', '1.2.2', '1.2.3'])
    await index.record('pacs', identify(found({ study, series: `${study}.9` })));
  const look = async (part: Parameters<typeof entries.review>[1]) => {
    const review = await entries.review(recipe, part);
    const studies: string[] = [];
    for await (const candidate of review.candidates('all')) {
      studies.push(reveal(candidate.holding).studyInstanceUid);
      if (studies.at(-1) === '1.2.1') await entries.setFailure(candidate, 'FAILED');
    }
    return { review, seen: [studies, review.isWhole] };
  };
  const first = await look({ changesMax: 2 });
  assert.deepEqual(first.seen, [['1.2.1', '1.2.2'], false]);
  assert.deepEqual((await look({ after: first.review.end })).seen, [['1.2.3', '1.2.1'], true]);
  await first.review.finish();
  assert.deepEqual((await look({ changesMax: 2 })).seen, [['1.2.3', '1.2.1'], true]);
});

test('strangers never become one person, and one person stays one', async (t) => {
  const place = await openIndex(t);
  const subjects = async (
    pacs: string,
    options: Parameters<typeof found>[0] & { study: string },
  ) => {
    const series = found({ ...options, series: `${options.study}.9` });
    await place.index.record(pacs, identify(series));
    const all = await candidates(place);
    return reveal(all.at(-1)?.identities.subjectKey ?? identify(''));
  };
  const one = await subjects('pacs', { study: '1.2.1' });
  assert.equal(await subjects('pacs', { study: '1.2.2' }), one);
  // Two PACS may give one Patient ID to two people; an issuer says that they do not.
  assert.notEqual(await subjects('other', { study: '1.2.3' }), one);
  const issued = await subjects('pacs', { issuer: 'REGION', study: '1.2.4' });
  assert.notEqual(issued, one);
  assert.equal(await subjects('other', { issuer: 'REGION', study: '1.2.5' }), issued);
  const nobody = await subjects('pacs', { patientId: '', study: '1.2.6' });
  assert.notEqual(await subjects('pacs', { patientId: '', study: '1.2.7' }), nobody);
});

test('a series UID used in two studies is two series', async (t) => {
  const place = await openIndex(t);
  assert.equal(await place.index.record('pacs', identify(found({ study: '1.2.1' }))), 'new');
  assert.equal(await place.index.record('pacs', identify(found({ study: '1.2.2' }))), 'new');
  assert.equal((await unannounced(place)).length, 2);
});

test('one name for two things is refused, and nothing of the series is announced', async (t) => {
  const place = await openIndex(t);
  await place.index.record('pacs', identify(found({})));
  await announceAll(place);
  await place.index.record('pacs', identify(found({ series: '1.2.3.5' })));
  const [series] = await unannounced(place);
  assert(series !== undefined);
  const names = namesFor(series);
  const entries = place.index.entries('all');
  const taken = { ...names, seriesName: 's-1' };
  const code = 'INDEX_NAME_COLLISION';
  await assert.rejects(entries.announce(series, { names: taken, change }), { code });
  const fresh = { ...names, seriesName: 's-2' };
  const [name = ''] = names.instanceNames;
  const twice = { ...fresh, instanceNames: [name, name] };
  await assert.rejects(entries.announce(series, { names: twice, change }), { code });
  assert.equal((await place.index.outbox.after(0, 10)).length, 1);
  await entries.announce(series, { names: fresh, change });
  assert.equal((await place.index.outbox.after(0, 10)).length, 2);
});

test('a patient that changes is noticed, with the name from before', async (t) => {
  const place = await openIndex(t);
  await place.index.record('pacs', identify(found({})));
  const [first] = await unannounced(place);
  assert.equal(first?.entry, undefined);
  await announceAll(place);
  assert.equal(
    await place.index.record('pacs', identify(found({ patientId: 'SYN-0002' }))),
    'changed',
  );
  const [moved] = await unannounced(place);
  assert(first !== undefined && moved !== undefined);
  assert.equal(moved.entry?.patientName, namesFor(first).patientName);
  assert.notEqual(namesFor(moved).patientName, moved.entry?.patientName);
});

test('no identity can be read in the file, and none opened in another place', async (t) => {
  const folder = await tempFolder(t);
  const place = await openIndex(t, join(folder, 'index.db'));
  await place.index.record('pacs', identify(found({ patientId: 'CANARY77', study: '1.2.777777' })));
  await announceAll(place);
  for (const name of ['index.db', 'index.db-wal']) {
    const bytes = await readFile(join(folder, name));
    for (const secret of ['CANARY77', '1.2.777777']) assert.equal(bytes.indexOf(secret), -1, name);
  }
  const sealed = cipher.seal({ patientId: 'x' }, 'series:a:1');
  assert.deepEqual(cipher.open(sealed, 'series:a:1'), { patientId: 'x' });
  assert.throws(() => cipher.open(sealed, 'series:a:2'));
  sealed[20] = (sealed[20] ?? 0) ^ 1;
  assert.throws(() => cipher.open(sealed, 'series:a:1'));
});

test('parts of a lookup cannot be shifted into each other', () => {
  const texts = [['a', 'bc'], ['ab', 'c'], ['abc'], ['abc', ''], ['', 'abc'], ['1:a', 'b']].map(
    (parts) => Buffer.from(cipher.lookup('kind', parts)).toString('hex'),
  );
  assert.equal(new Set(texts).size, texts.length);
});

test('what is seen of thousands of names is looked up, not walked', {
  timeout: 20_000,
}, async (t) => {
  const place = await openIndex(t);
  for (let at = 0; at < 10; at += 1) {
    await place.index.record('pacs', identify(found({ series: `1.2.${at}`, instances: 500 })));
    const [series] = await unannounced(place);
    assert(series !== undefined);
    const names = { ...namesFor(series, `${at}`), studyName: 't-1' };
    await place.index.entries('all').announce(series, { names, change });
  }
  assert.equal((await unannounced(place)).length, 0);
});

test('a filter names what belongs to a collection; all that it names must fit', async (t) => {
  const place = await openIndex(t);
  await place.index.record('pacs', identify(found({})));
  const fits = async (filter: Partial<CollectionFilter>) =>
    (await unannounced(place, filter)).length === 1;
  assert.equal(await fits({}), true);
  assert.equal(await fits({ modalities: ['CT', 'MR'] }), true);
  assert.equal(await fits({ modalities: ['MR'] }), false);
  assert.equal(await fits({ patientIds: ['SYN-0001'] }), true);
  assert.equal(await fits({ patientIds: ['SYN-0001'], pacs: ['other'] }), false);
  assert.equal(await fits({ studyInstanceUids: ['1.2.3'] }), true);
});

test('the longest list of each PACS is remembered, also after a restart', async (t) => {
  const path = join(await tempFolder(t), 'index.db');
  const { index } = await openIndex(t, path);
  const verdicts: boolean[] = [];
  for (const length of [3, 5, 4, 5]) verdicts.push(await index.lists.isLongest('a', length));
  assert.deepEqual(verdicts, [true, true, false, true]);
  assert.equal(await index.lists.isLongest('b', 1), true);
  await index.close();
  const { index: later } = await openIndex(t, path);
  assert.equal(await later.lists.isLongest('a', 4), false);
  assert.equal(await later.lists.isLongest('a', 5), true);
  await later.close();
});

const stated = { collection: 'all', patientName: 'p-1', studyName: 't-1', seriesName: 's-1' };

test('a GUID is minted once beside a name, and a number of a version is taken once', async (t) => {
  const { index } = await openIndex(t);
  const { files } = index;
  const first = await files.mint(stated, ['i-1.dcm', 'v-1.nii']);
  assert.deepEqual(await files.mint(stated, ['v-1.nii', 'i-1.dcm']), first);
  assert.deepEqual([...first.keys()], ['i-1.dcm', 'v-1.nii']);
  const guids = [...first.values()].map(({ guid }) => guid);
  for (const guid of guids) assert.match(guid, /^[0-9a-f]{32}$/);
  assert.equal(new Set(guids).size, 2);
  for (const other of [
    { ...stated, collection: 'other' },
    { ...stated, patientName: 'p-2' },
    { ...stated, seriesName: 's-2' },
  ]) {
    const minted = await files.mint(other, ['v-1.nii']);
    assert.ok(!guids.includes(minted.get('v-1.nii')?.guid ?? ''));
  }
  await files.take(stated, 'v-1.nii', 1);
  await files.take(stated, 'v-1.nii', 2);
  for (const version of [1, 2]) {
    const taken = files.take(stated, 'v-1.nii', version);
    await assert.rejects(taken, { code: 'INDEX_VERSION_STATED' });
  }
  assert.equal((await files.mint(stated, ['v-1.nii'])).get('v-1.nii')?.version, 2);
  await files.renew();
  const anew = (await files.mint(stated, ['v-1.nii'])).get('v-1.nii');
  assert.equal(anew?.version, 0);
  assert.ok(!guids.includes(anew.guid));
});

test('the state of a series counts its lists of instances and its recipes', async (t) => {
  const place = await openIndex(t);
  const { index } = place;
  await index.record('pacs', identify(found({})));
  await announceAll(place);
  const target = await index.recallTarget('all', 's-1');
  const series = { collection: 'all', ...(target?.names ?? assert.fail('announced')) };
  const state = (recipe: string): Promise<number | undefined> => index.files.state(series, recipe);
  assert.equal(await state('a'), 1);
  assert.equal(await state('a'), 1);
  assert.equal(await state('b'), 2);
  assert.equal(await announceAll(place), 0);
  assert.equal(await state('b'), 2);
  await index.record('pacs', identify(found({ instances: 3 })));
  await announceAll(place);
  assert.equal(await state('b'), 3);
  assert.equal(await index.files.state({ ...series, studyName: 't-2' }, 'b'), undefined);
});

test('what went while an older index was in use goes again: it is recalled no more, and barred names stay barred', async (t) => {
  for (const below of ['series', 'study', 'subject'] as const) {
    const place = await openIndex(t);
    const { index } = place;
    await index.record('pacs', identify(found({})));
    await announceAll(place);
    const target = await index.recallTarget('all', 's-1');
    const names = { subject: target?.names.patientName ?? '', study: 't-1', series: 's-1' };
    const { subject, study, series } = names;
    const at = { series: names, study: { subject, study }, subject: { subject } }[below];
    // Of a part of the tree only what is destroyed is told.
    await index.restore('all', [{ ...names, hidden: 'hidden', withdrawn: undefined }]);
    assert.equal(await index.recallTarget('all', series), undefined);
    // The next review may find that it belongs.
    assert.equal(await announceAll(place), 1);
    assert.notEqual(await index.recallTarget('all', series), undefined);
    await index.restore('all', [{ ...at, hidden: undefined, withdrawn: 'opt-out' }]);
    assert.equal(await index.recallTarget('all', series), undefined, below);
    const [barred] = await index.entries('all').withdrawn(0, 10);
    assert.deepEqual([barred?.seriesName, barred?.reason], ['s-1', 'opt-out']);
    await assert.rejects(announceAll(place), { code: 'INDEX_NAME_WITHDRAWN' });
    // Another subject's is not touched, nor one that this index never had.
    await index.restore('all', [
      { subject: 'p-other', study: 't-1', series: 's-9', hidden: 'conflict', withdrawn: undefined },
    ]);
  }
});
