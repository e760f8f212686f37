import assert from 'node:assert/strict';
import { test } from 'node:test';
import { products } from '../../test/support/catalog-products.ts';
import { deidentified } from '../flow/mint/deidentified.ts';
import { toHex } from '../lib/bytes/bytes.ts';
import type { Clock } from '../lib/clock.ts';
import { systemRandom } from '../lib/random.ts';
import type { ReplicaId } from '../storage/storage.ts';
import type {
  Catalog,
  CatalogChange,
  CollectionOffer,
  DirectoryNode,
  FileNode,
  ProvenStack,
  Publication,
  SeriesId,
  SeriesMetadata,
} from './catalog.ts';
import { catalogLimits } from './limits.ts';
import { openCatalog } from './open-catalog.ts';

const inForms = { products: ['nii', 'nii.gz'], state: 'made' } as const;
const stack = (name: string): ProvenStack => ({ name, ...inForms });
const forms = (stem: string): readonly string[] => [`${stem}.nii`, `${stem}.nii.gz`];
const ofStacks = products.filter(({ of }) => of === 'stack');
const aliases = ofStacks.map(({ name }) => `volume.${name}`).toSorted();

class ManualClock implements Clock {
  now = 1_700_000_000_000;
  nowMs(): number {
    return this.now;
  }
  monotonicMs(): number {
    return this.now;
  }
  schedule(): { cancel(): void } {
    return { cancel() {} };
  }
}

const offer: CollectionOffer = {
  site: 'berlin',
  name: 'lung',
  delivery: 'open',
  formats: ['dcm', 'nii'],
};

const seriesPath = '/berlin/lung/p-1/t-1/s-1';

function announced(
  options: {
    readonly series?: string;
    readonly instances?: readonly string[];
    readonly metadata?: SeriesMetadata;
    readonly patient?: string;
  } = {},
): CatalogChange {
  const { series = 's-1', instances = ['i-1', 'i-2'], metadata = {}, patient = 'p-1' } = options;
  return {
    kind: 'series',
    series: {
      site: 'berlin',
      collection: 'lung',
      patientName: patient,
      studyName: 't-1',
      seriesName: series,
      instanceNames: instances,
      isHeld: true,
      metadata: deidentified(metadata),
    },
  };
}

const placeOf = (seriesName: string, patientName = 'p-1') => ({
  site: 'berlin',
  collection: 'lung',
  patientName,
  studyName: 't-1',
  seriesName,
});
const withdrawn = (...of: Parameters<typeof placeOf>): CatalogChange => ({
  kind: 'series-withdrawn',
  place: placeOf(...of),
  reason: 'opt-out',
});

class Bench {
  readonly clock = new ManualClock();
  readonly catalog: Catalog;
  #sequence = 0;

  constructor(catalog: Catalog) {
    this.catalog = catalog;
  }

  async feed(...changes: CatalogChange[]): Promise<void> {
    await this.catalog.inbox.apply(
      changes.map((change) => ({ sequence: (this.#sequence += 1), change })),
    );
  }

  async file(path: string): Promise<FileNode> {
    const node = await this.catalog.names.resolve(path);
    assert.equal(node?.kind, 'file', path);
    return node;
  }

  async directory(path: string): Promise<DirectoryNode> {
    const node = await this.catalog.names.resolve(path);
    assert.equal(node?.kind, 'directory', path);
    return node;
  }

  async names(path: string): Promise<string[]> {
    const { id } = await this.directory(path);
    const page = { after: undefined, limit: 100 };
    return (await this.catalog.names.list(id, page)).map(({ name }) => name);
  }

  async seriesId(): Promise<SeriesId> {
    return (await this.file(`${seriesPath}/volume.nii`)).seriesId;
  }
}

async function bench(...changes: CatalogChange[]): Promise<Bench> {
  const clock = new ManualClock();
  const made = new Bench(await openCatalog({ products, path: ':memory:', clock }));
  Object.assign(made, { clock });
  await made.feed(...changes);
  return made;
}

const offered = (formats: readonly string[] = offer.formats): CatalogChange => ({
  kind: 'collection',
  offer: { ...offer, formats },
});

const guid = '9'.repeat(32);

const content = (number = 1): Extract<Publication['version'], { keyId: string }> => ({
  guid,
  number,
  validator: toHex(systemRandom.bytes(16)),
  keyId: 'key-1',
  recipientPublicKey: new Uint8Array(32).fill(1),
  plaintextSize: 352,
  sha256: 'ab'.repeat(32),
  segmentDigests: new Uint8Array(64).fill(2),
  receipt: 'a.b.c',
});

let replicas = 0;
const replica = (): Publication['replica'] => ({
  id: String((replicas += 1)).padStart(32, '0') as ReplicaId,
  storage: 'disk',
  sealedSize: 504,
  sealedSha256: 'cd'.repeat(32),
  production: 'd.e.f',
});

test('an empty catalog has a root and nothing else', async () => {
  const { catalog } = await bench();
  const root = await catalog.names.resolve('/');
  assert.equal(root?.kind, 'directory');
  assert.deepEqual(await catalog.names.list(root.id, page(10)), []);
  for (const path of ['', '//', '/nowhere', '/nowhere/at/all', 'berlin'])
    assert.equal(await catalog.names.resolve(path), undefined);
});

const page = (limit: number, after?: string) => ({ after, limit });

test('what registration announces appears as a tree', async () => {
  const made = await bench(offered(), announced(), announced({ series: 's-2', instances: [] }));
  assert.deepEqual(await made.names('/'), ['berlin']);
  assert.deepEqual(await made.names('/berlin'), ['lung']);
  assert.deepEqual(await made.names('/berlin/lung'), ['p-1']);
  assert.deepEqual(await made.names('/berlin/lung/p-1/t-1'), ['s-1', 's-2']);
  assert.deepEqual(await made.names(seriesPath), ['i-1.dcm', 'i-2.dcm']);
  const file = await made.file(`${seriesPath}/i-2.dcm`);
  const { seriesId } = file;
  assert.deepEqual(file, {
    kind: 'file',
    id: file.id,
    seriesId,
    name: 'i-2.dcm',
    product: { name: 'dcm', of: 'instance', mediaType: 'application/dicom' },
    stackName: undefined,
    listed: true,
    state: 'announced',
    isHeld: true,
    refusal: undefined,
    delivery: 'open',
    createdMs: made.clock.now,
    modifiedMs: made.clock.now,
    version: undefined,
    replica: undefined,
  });
  assert.deepEqual(await made.catalog.names.series(seriesId), {
    id: seriesId,
    site: 'berlin',
    collection: 'lung',
    patientName: 'p-1',
    studyName: 't-1',
    seriesName: 's-1',
    path: seriesPath,
    delivery: 'open',
    instanceCount: 2,
    isInConflict: false,
  });
});

test('pages of a directory follow on each other', async () => {
  const instances = Array.from({ length: 25 }, (_, index) => `i-${String(index).padStart(2, '0')}`);
  const made = await bench(offered(), announced({ instances }));
  const { id } = await made.directory(seriesPath);
  const seen: string[] = [];
  for (let after: string | undefined; ; after = seen.at(-1)) {
    const entries = await made.catalog.names.list(id, page(7, after));
    seen.push(...entries.map(({ name }) => name));
    if (entries.length < 7) break;
  }
  assert.deepEqual(
    seen,
    instances.map((name) => `${name}.dcm`),
  );
});

test('volumes resolve by their alias, and are listed once the stack is known', async () => {
  const made = await bench(offered(), announced());
  const { id, seriesId } = await made.file(`${seriesPath}/volume.nii`);
  for (let again = 0; again < 2; again += 1)
    await made.catalog.versions.stacksProven(seriesId, [stack('v-0123456789abcdef')]);
  assert.deepEqual(await made.names(seriesPath), ['i-1.dcm', 'i-2.dcm', 'v-0123456789abcdef.nii']);
  for (const name of ['volume.nii', 'v-0123456789abcdef.nii'])
    assert.equal((await made.file(`${seriesPath}/${name}`)).id, id);
  // Not offered, so not listed; but who asks by name gets it.
  const other = await made.file(`${seriesPath}/volume.nii.gz`);
  assert.deepEqual([other.name, other.listed], ['v-0123456789abcdef.nii.gz', false]);
  assert.equal(await made.catalog.names.resolve(`${seriesPath}/volume.dcm`), undefined);
  const all = await made.catalog.names.filesOf(seriesId);
  assert.deepEqual(
    all.map(({ name }) => name),
    ['i-1.dcm', 'i-2.dcm', ...forms('v-0123456789abcdef'), ...aliases],
  );
});

test('changes are applied once, in order, and a gap is refused', async () => {
  const { catalog } = await bench();
  const changes = [offered(), announced(), announced({ instances: ['i-3'] })];
  const sequenced = changes.map((change, index) => ({ sequence: index + 1, change }));
  await catalog.inbox.apply(sequenced);
  await catalog.inbox.apply(sequenced);
  await catalog.inbox.apply(sequenced.slice(1));
  assert.equal(await catalog.inbox.appliedSequence(), 3);
  const gap = [{ sequence: 5, change: withdrawn('s-1') }];
  await assert.rejects(catalog.inbox.apply(gap), { code: 'CATALOG_FEED_GAP' });
  const series = (await catalog.names.resolve(`${seriesPath}/i-3.dcm`)) as FileNode;
  assert.equal((await catalog.names.series(series.seriesId))?.instanceCount, 3);
});

test('a batch longer than a transaction is applied in parts, each with its sequence', async () => {
  const clock = new ManualClock();
  const limits = { ...catalogLimits, transactionRows: 1 };
  const catalog = await openCatalog({ products, path: ':memory:', clock, limits });
  const changes = [offered(), announced(), announced({ series: 's-2', patient: 'p-1' })];
  const sequenced = changes.map((change, index) => ({ sequence: index + 1, change }));
  const conflict = { sequence: 4, change: announced({ series: 's-2', patient: 'p-2' }) };
  const last = { sequence: 5, change: announced({ series: 's-3' }) };
  const refused = await catalog.inbox.apply([...sequenced, conflict, last]);
  // What cannot be applied is passed over and told; what comes behind it does not wait.
  assert.deepEqual(refused, [{ ...conflict, code: 'CATALOG_NAME_CONFLICT' }]);
  assert.equal(await catalog.inbox.appliedSequence(), 5);
});

test('a name that is no pseudonym never gets in', async () => {
  const made = await bench(offered());
  const bad = [
    announced({ patient: 'Doe^John' }),
    announced({ patient: 'p-DOE' }),
    announced({ series: 's-1/..' }),
    announced({ instances: ['i-1', '1.2.840.113619'] }),
  ];
  const code = 'CATALOG_CHANGE_INVALID';
  for (const [at, change] of bad.entries()) {
    const wanted = { sequence: at + 2, change };
    assert.deepEqual(await made.catalog.inbox.apply([wanted]), [{ ...wanted, code }]);
  }
  const stopping = [
    { kind: 'collection', offer: { ...offer, name: 'Lung Screening' } } as const,
    withdrawn('../s-1'),
  ];
  const sequence = bad.length + 2;
  for (const change of stopping)
    await assert.rejects(made.catalog.inbox.apply([{ sequence, change }]), { code });
  assert.equal(await made.catalog.inbox.appliedSequence(), bad.length + 1);
  assert.deepEqual(await made.names('/berlin/lung'), []);
});

test('a publication gives a file its version and replica; eviction leaves the version', async () => {
  const made = await bench(offered(), announced());
  const { versions } = made.catalog;
  const { id } = await made.file(`${seriesPath}/i-1.dcm`);
  const [given, first] = [content(), replica()];
  const published = await versions.publish({ fileId: id, version: given, replica: first });
  assert.deepEqual(published, await made.file(`${seriesPath}/i-1.dcm`));
  assert.equal(published.state, 'published');
  const { id: versionId, ...version } = published.version ?? assert.fail();
  assert.deepEqual(
    { ...version, recipientPublicKey: [...version.recipientPublicKey] },
    {
      ...given,
      createdMs: made.clock.now,
      recipientPublicKey: [...given.recipientPublicKey],
      segmentDigests: Buffer.from(given.segmentDigests),
    },
  );
  const times = { createdMs: made.clock.now, lastReadMs: made.clock.now };
  assert.deepEqual(published.replica, { ...first, ...times });
  assert.equal(await versions.knowsReplica(first.id), true);
  await versions.dropReplica(first.id);
  await versions.dropReplica(first.id);
  assert.equal(await versions.knowsReplica(first.id), false);
  const evicted = await made.file(`${seriesPath}/i-1.dcm`);
  assert.equal(evicted.replica, undefined);
  assert.equal(evicted.version?.id, versionId);
  // The same content again is the same version; other content is the next.
  const again = { fileId: id, version: { guid, number: 1 }, replica: replica() };
  assert.equal((await versions.publish(again)).version?.id, versionId);
  const changed = { ...content(2), sha256: 'ef'.repeat(32) };
  const next = await versions.publish({ fileId: id, version: changed, replica: replica() });
  assert.deepEqual([next.version?.number, next.version?.sha256], [2, changed.sha256]);
  await assert.rejects(
    versions.publish({ ...again, version: { guid, number: 9 }, replica: replica() }),
    {
      code: 'CATALOG_VERSION_UNKNOWN',
    },
  );
});

test('a validator is of one version for ever', async () => {
  const made = await bench(offered(), announced());
  const { versions } = made.catalog;
  const { id } = await made.file(`${seriesPath}/i-1.dcm`);
  const version = content();
  await versions.publish({ fileId: id, version, replica: replica() });
  await assert.rejects(versions.publish({ fileId: id, version, replica: replica() }), {
    code: 'DB_CONSTRAINT',
  });
});

test('of a superseded content neither size nor validator is known, until there is another', async () => {
  const made = await bench(offered(), announced());
  const { versions } = made.catalog;
  const path = `${seriesPath}/i-1.dcm`;
  const { id } = await made.file(path);
  const [first, second] = [replica(), replica()];
  await versions.publish({ fileId: id, version: content(), replica: first });
  await versions.supersede(id);
  const between = await made.file(path);
  assert.deepEqual(
    [between.version, between.replica, between.state],
    [undefined, undefined, 'announced'],
  );
  assert.deepEqual(
    (await versions.evictable(9)).map((one) => one.id),
    [first.id],
  );
  const next = await versions.publish({ fileId: id, version: content(2), replica: second });
  assert.equal(next.version?.number, 2);
});

test('a refusal stays until the file is published or its series grows', async () => {
  const made = await bench(offered(), announced());
  const path = `${seriesPath}/volume.nii`;
  const { id } = await made.file(path);
  const { versions } = made.catalog;
  await versions.refuse(id, 'VOLUME_UNEVEN_SPACING');
  assert.equal((await made.file(path)).refusal, 'VOLUME_UNEVEN_SPACING');
  await made.feed(announced());
  assert.equal((await made.file(path)).refusal, 'VOLUME_UNEVEN_SPACING');
  await made.feed(announced({ instances: ['i-3'] }));
  assert.equal((await made.file(path)).refusal, undefined);
});

test('a late slice makes volumes unknown again, under their name, and leaves the instances', async () => {
  const made = await bench(offered(), announced());
  const { versions } = made.catalog;
  const seriesId = await made.seriesId();
  await versions.stacksProven(seriesId, [stack('v-abc')]);
  const volume = await made.file(`${seriesPath}/volume.nii`);
  const instance = await made.file(`${seriesPath}/i-1.dcm`);
  await versions.publish({ fileId: volume.id, version: content(), replica: replica() });
  await versions.publish({ fileId: instance.id, version: content(), replica: replica() });
  await made.feed(announced({ instances: ['i-1', 'i-3'] }));
  const grown = await made.file(`${seriesPath}/v-abc.nii`);
  assert.deepEqual(
    [grown.version, grown.replica, grown.state],
    [undefined, undefined, 'announced'],
  );
  assert.equal((await made.file(`${seriesPath}/i-1.dcm`)).version?.number, 1);
  const next = await versions.publish({
    fileId: volume.id,
    version: content(2),
    replica: replica(),
  });
  assert.equal(next.version?.number, 2);
});

test('a withdrawn series is gone for ever, with its empty parents, and its replicas go first', async () => {
  const made = await bench(offered(), announced(), announced({ series: 's-2' }));
  const { versions, names, query } = made.catalog;
  const file = await made.file(`${seriesPath}/i-1.dcm`);
  const other = await made.file('/berlin/lung/p-1/t-1/s-2/i-1.dcm');
  await versions.publish({ fileId: other.id, version: content(), replica: replica() });
  made.clock.now += 1;
  const held = replica();
  await versions.publish({ fileId: file.id, version: content(), replica: held });
  const recent = await versions.evictable(1);
  assert.notEqual(recent[0]?.id, held.id);
  await made.feed(withdrawn('s-1'));
  for (const path of [seriesPath, `${seriesPath}/i-1.dcm`, `${seriesPath}/volume.nii`])
    assert.equal(await names.resolve(path), undefined);
  assert.deepEqual(await made.names('/berlin/lung/p-1/t-1'), ['s-2']);
  assert.equal(await names.series(file.seriesId), undefined);
  const left = await names.filesOf(file.seriesId);
  assert.ok(left.every(({ state, version }) => state === 'withdrawn' && version === undefined));
  assert.equal((await versions.evictable(1))[0]?.id, held.id);
  await assert.rejects(
    versions.publish({ fileId: file.id, version: content(), replica: replica() }),
    { code: 'CATALOG_FILE_GONE' },
  );
  await made.feed(announced(), withdrawn('s-2'), withdrawn('s-3'), announced({ series: 's-3' }));
  assert.deepEqual(await made.names('/berlin/lung'), []);
  const found = {
    under: '/',
    conditions: [],
    within: ['/berlin/lung'],
    after: undefined,
    limit: 10,
  };
  assert.deepEqual(await query.find(found), []);
});

test('pinned replicas are kept; the others go in the order of their last read', async () => {
  const made = await bench(offered(), announced({ instances: ['i-1', 'i-2', 'i-3'] }));
  const { versions, stages } = made.catalog;
  const ids: ReplicaId[] = [];
  for (const name of ['i-1', 'i-2', 'i-3']) {
    const { id } = await made.file(`${seriesPath}/${name}.dcm`);
    made.clock.now += 1;
    const file = await versions.publish({ fileId: id, version: content(), replica: replica() });
    ids.push(file.replica?.id ?? assert.fail());
  }
  const order = async () => (await versions.evictable(10)).map(({ id }) => ids.indexOf(id) + 1);
  assert.deepEqual(await order(), [1, 2, 3]);
  await versions.touch(ids[0] ?? assert.fail(), made.clock.now + 59_000);
  assert.deepEqual(await order(), [1, 2, 3]);
  await versions.touch(ids[0] ?? assert.fail(), made.clock.now + 61_000);
  assert.deepEqual(await order(), [2, 3, 1]);
  const { id: fileId } = await made.file(`${seriesPath}/i-2.dcm`);
  const expiresMs = made.clock.now + 1_000;
  const path = `${seriesPath}/i-2.dcm`;
  const file = { path, fileId, released: false, failure: undefined };
  await stages.create({ token: 'one', caller: 'ada', expiresMs, files: [file] });
  await stages.create({ token: 'two', caller: 'ada', expiresMs: expiresMs + 1_000, files: [file] });
  assert.deepEqual(await order(), [3, 1]);
  assert.equal(await stages.pinCount('ada'), 2);
  await stages.release('two', [path]);
  assert.deepEqual(await order(), [3, 1]);
  made.clock.now += 1_000;
  assert.deepEqual(await order(), [2, 3, 1]);
  assert.equal(await stages.pinCount('ada'), 0);
});

test('a stage request is kept until it expires', async () => {
  const made = await bench(offered(), announced());
  const { stages } = made.catalog;
  const [one, two] = [
    await made.file(`${seriesPath}/i-1.dcm`),
    await made.file(`${seriesPath}/volume.nii`),
  ];
  const files = [
    { path: `${seriesPath}/i-1.dcm`, fileId: one.id, released: false, failure: undefined },
    { path: `${seriesPath}/volume.nii.c4gh`, fileId: two.id, released: false, failure: undefined },
  ];
  const row = { token: 'token', caller: 'ada', expiresMs: made.clock.now + 5, files };
  await stages.create(row);
  assert.deepEqual(await stages.get('token'), row);
  assert.equal(await stages.get('other'), undefined);
  await stages.fail('token', two.id, 'VOLUME_GANTRY_TILT');
  await stages.release('token', []);
  await stages.release('token', ['/not/there']);
  const after = await stages.get('token');
  assert.deepEqual(
    after?.files.map(({ released, failure }) => [released, failure]),
    [
      [false, undefined],
      [false, 'VOLUME_GANTRY_TILT'],
    ],
  );
  assert.equal(await stages.pinCount('ada'), 1);
  await stages.release('token', undefined);
  assert.equal(await stages.pinCount('ada'), 0);
  assert.equal(await stages.removeExpired(made.clock.now + 4), 0);
  assert.equal(await stages.removeExpired(made.clock.now + 5), 1);
  assert.equal(await stages.get('token'), undefined);
});

test('one open recall a series; interactive before bulk; a crash puts it back', async () => {
  const made = await bench(offered(), announced(), announced({ series: 's-2' }));
  const { recalls } = made.catalog;
  const [one, two] = [
    await made.file(`${seriesPath}/i-1.dcm`),
    await made.file('/berlin/lung/p-1/t-1/s-2/i-1.dcm'),
  ];
  const volume = await made.file(`${seriesPath}/volume.nii`);
  const want = (file: FileNode, priority: 'interactive' | 'bulk') =>
    recalls.request({ seriesId: file.seriesId, files: [file.id], priority, caller: 'ada' });
  const first = await want(one, 'bulk');
  const second = await want(two, 'bulk');
  assert.notEqual(first.id, second.id);
  await want(volume, 'bulk');
  const urgent = await want(two, 'interactive');
  assert.deepEqual([urgent.id, urgent.priority], [second.id, 'interactive']);
  const claimed = await recalls.claim();
  assert.deepEqual([claimed?.id, claimed?.state], [second.id, 'running']);
  assert.deepEqual(
    (await recalls.claim())?.wants,
    [volume.id, one.id].sort((a, b) => a - b),
  );
  assert.equal(await recalls.claim(), undefined);
  assert.equal(await recalls.requeueRunning(), 2);
  assert.equal((await recalls.claim())?.id, second.id);
  await recalls.settle(second.id, { state: 'failed', failure: 'PACS_UNREACHABLE' });
  const settled = await recalls.get(second.id);
  assert.deepEqual([settled?.state, settled?.failure], ['failed', 'PACS_UNREACHABLE']);
  // A settled recall is over: its state stays, and a new request makes a new one.
  await recalls.settle(second.id, { state: 'done' });
  assert.equal((await recalls.get(second.id))?.state, 'failed');
  assert.notEqual((await want(two, 'bulk')).id, second.id);
  made.clock.now += catalogLimits.recallKeptMs + 1;
  await recalls.settle(first.id, { state: 'done' });
  assert.equal(await recalls.get(second.id), undefined);
  assert.equal((await recalls.get(first.id))?.state, 'done');
});
