import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type {
  Catalog,
  CatalogChange,
  DirectoryNode,
  FileNode,
  SeriesMetadata,
} from '../../src/catalog/index.ts';
import { catalogLimits, openCatalog } from '../../src/catalog/index.ts';
import { deidentified } from '../../src/flow/mint/deidentified.ts';
import { codeOf } from '../../src/lib/errors/mdm-error.ts';
import type { ReplicaId } from '../../src/storage/index.ts';
import { products } from '../support/catalog-products.ts';
import { tempFolder } from '../support/temp.ts';

/** A series in the model; the whole catalog is an array of these. */
interface ModelSeries {
  readonly patient: string;
  readonly study: string;
  readonly name: string;
  readonly instances: Set<string>;
  /** Stacks that were ever proven: they have files. */
  readonly proven: Set<string>;
  metadata: SeriesMetadata;
  /** Proven and of the series now. */
  stacks: readonly string[];
  /** Its place in the one acquisition there is; undefined where it is in none. */
  place: number | undefined;
  withdrawn: boolean;
  /** Versions made and the replica held, by file name; `volume.` of what stands for the one stack. */
  readonly files: Map<string, { versions: number; current: number; replica: string | undefined }>;
}

const patientOf = (series: number): string => `p-${series >> 2}`;
const studyOf = (series: number): string => `t-${series >> 1}`;
/** Three share a patient, two of them a study; the fourth stands alone. */
const series = fc.constantFrom(0, 1, 2, 4);
const modality = fc.constantFrom('CT', 'MR', 'PT');
const step = fc.oneof(
  fc.record({
    kind: fc.constant('announce' as const),
    series,
    instances: fc.array(fc.nat(4), { maxLength: 4 }),
    modality,
  }),
  fc.record({ kind: fc.constant('withdraw' as const), series }),
  fc.record({ kind: fc.constant('replay' as const) }),
  fc.record({
    kind: fc.constant('stack' as const),
    series,
    stacks: fc.constantFrom(['v-aa'], ['v-bb'], ['v-aa', 'v-bb']),
  }),
  fc.record({
    kind: fc.constant('facts' as const),
    series,
    place: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  }),
  fc.record({ kind: fc.constant('publish' as const), series, file: fc.nat(9), anew: fc.boolean() }),
  fc.record({ kind: fc.constant('evict' as const) }),
  fc.record({ kind: fc.constant('reopen' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type StepOf<Kind extends Step['kind']> = Extract<Step, { kind: Kind }>;

const path = (of: ModelSeries, file = ''): string =>
  `/site/lung/${of.patient}/${of.study}/${of.name}${file === '' ? '' : `/${file}`}`;
const forms = ['nii', 'nii.gz'];
const acquisition = 'a-0123456789abcdef';
/** What stands for the one stack, by the name that it has now. */
const aliasOf = (of: ModelSeries, form: string): string =>
  `${of.stacks.length === 1 ? of.stacks[0] : 'volume'}.${form}`;
/** All that resolves, by the name that it is shown under. */
const names = (of: ModelSeries): string[] => [
  ...[...of.instances].map((name) => `${name}.dcm`),
  ...of.stacks.flatMap((stack) => forms.map((form) => `${stack}.${form}`)),
  ...(of.stacks.length === 1 ? [] : forms.map((form) => `volume.${form}`)),
];

class Run {
  readonly #path: string;
  readonly #feed: { sequence: number; change: CatalogChange }[] = [];
  readonly #series = new Map<number, ModelSeries>();
  readonly #barred = new Set<number>();
  /** Replicas that no name leads to; to be evicted before the others. */
  readonly #retired = new Set<string>();
  #replicas = 0;
  catalog: Catalog;

  constructor(path: string, catalog: Catalog) {
    this.#path = path;
    this.catalog = catalog;
  }

  static async start(path: string): Promise<Run> {
    const run = new Run(path, await open(path));
    const offer = {
      site: 'site',
      name: 'lung',
      delivery: 'open',
      formats: ['dcm', 'nii'],
    } as const;
    await run.#change({ kind: 'collection', offer });
    return run;
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'announce':
        return this.#announce(step);
      case 'withdraw':
        return this.#withdraw(step);
      case 'replay':
        await this.catalog.inbox.apply(this.#feed);
        return;
      case 'stack':
        return this.#stack(step);
      case 'facts':
        return this.#facts(step);
      case 'publish':
        return this.#publish(step);
      case 'evict':
        return this.#evict();
      case 'reopen':
        await this.catalog.close();
        this.catalog = await open(this.#path);
    }
  }

  async #change(change: CatalogChange): Promise<void> {
    this.#feed.push({ sequence: this.#feed.length + 1, change });
    await this.catalog.inbox.apply(this.#feed.slice(-1));
  }

  async #announce(step: StepOf<'announce'>): Promise<void> {
    const [patientName, studyName] = [patientOf(step.series), studyOf(step.series)];
    const seriesName = `s-${step.series}`;
    const metadata = { Modality: step.modality, StackCount: step.instances.length };
    const instanceNames = [...new Set(step.instances)].map((name) => `i-${name}`);
    const place = { site: 'site', collection: 'lung', patientName, studyName, seriesName };
    const announced = { ...place, instanceNames, isHeld: true, metadata: deidentified(metadata) };
    await this.#change({ kind: 'series', series: announced });
    if (this.#barred.has(step.series)) return;
    const known = this.#series.get(step.series) ?? {
      patient: patientName,
      study: studyName,
      name: seriesName,
      instances: new Set<string>(),
      proven: new Set<string>(),
      metadata,
      stacks: [],
      place: undefined,
      withdrawn: false,
      files: new Map(),
    };
    this.#series.set(step.series, known);
    known.metadata = metadata;
    const before = known.instances.size;
    for (const name of instanceNames) known.instances.add(name);
    if (known.instances.size === before) return;
    known.place = undefined;
    for (const name of known.files.keys()) if (!name.endsWith('.dcm')) this.#outgrow(known, name);
  }

  #outgrow(of: ModelSeries, name: string): void {
    const file = of.files.get(name);
    if (file === undefined) return;
    file.current = 0;
    if (file.replica !== undefined) this.#retired.add(file.replica);
    file.replica = undefined;
  }

  async #withdraw(step: StepOf<'withdraw'>): Promise<void> {
    const [patientName, studyName] = [patientOf(step.series), studyOf(step.series)];
    const seriesName = `s-${step.series}`;
    const place = { site: 'site', collection: 'lung', patientName, studyName, seriesName };
    await this.#change({ kind: 'series-withdrawn', place, reason: 'opt-out' });
    this.#barred.add(step.series);
    const known = this.#series.get(step.series);
    if (known === undefined || known.withdrawn) return;
    known.withdrawn = true;
    for (const name of known.files.keys()) this.#outgrow(known, name);
  }

  async #stack(step: StepOf<'stack'>): Promise<void> {
    const known = this.#series.get(step.series);
    if (known === undefined || known.withdrawn) return;
    const node = await this.catalog.names.resolve(path(known, 'volume.nii'));
    const stacks = step.stacks.map((name) => ({ name, products: forms, state: 'made' as const }));
    await this.catalog.versions.stacksProven((node as FileNode).seriesId, stacks);
    if (step.stacks.join() === known.stacks.join()) return;
    for (const name of known.files.keys()) {
      // What stood for the one volume was made of other stacks.
      const isKept =
        name.startsWith('i-') || step.stacks.some((stack) => name.startsWith(`${stack}.`));
      if (!isKept) this.#outgrow(known, name);
    }
    known.stacks = step.stacks;
    const [only] = step.stacks;
    if (step.stacks.length === 1 && only !== undefined && !known.proven.has(only)) {
      for (const form of forms) this.#adopt(known, form);
    }
    for (const stack of step.stacks) known.proven.add(stack);
  }

  async #facts({ series, place }: StepOf<'facts'>): Promise<void> {
    const known = this.#series.get(series);
    if (known === undefined || known.withdrawn) return;
    const node = await this.catalog.names.resolve(path(known, 'volume.nii'));
    const facts =
      place === undefined ? {} : { AcquisitionGroup: acquisition, AcquisitionPlace: place };
    await this.catalog.versions.factsProven((node as FileNode).seriesId, facts);
    known.place = place;
  }

  /** What readers asked for as the one volume is that volume. */
  #adopt(of: ModelSeries, form: string): void {
    const file = of.files.get(`volume.${form}`);
    of.files.delete(`volume.${form}`);
    if (file !== undefined) of.files.set(aliasOf(of, form), file);
  }

  async #publish(step: StepOf<'publish'>): Promise<void> {
    const known = this.#series.get(step.series);
    if (known === undefined || known.withdrawn) return;
    const choices = names(known);
    const name = choices[step.file % choices.length] ?? 'volume.nii';
    const node = (await this.catalog.names.resolve(path(known, name))) as FileNode;
    const file = known.files.get(name) ?? { versions: 0, current: 0, replica: undefined };
    known.files.set(name, file);
    const id = String((this.#replicas += 1)).padStart(32, '0') as ReplicaId;
    const replica = { id, storage: 'd', sealedSize: 9, sealedSha256: 'x', production: 'p' };
    const anew = step.anew || file.current === 0;
    const guid = `guid-${node.id}`;
    const fresh = {
      guid,
      number: file.versions + 1,
      validator: id,
      keyId: 'k',
      recipientPublicKey: new Uint8Array(32),
      plaintextSize: 1,
      sha256: `${file.versions + 1}`,
      segmentDigests: new Uint8Array(32),
      receipt: 'r',
    };
    const version = anew ? fresh : { guid, number: file.current };
    const published = await this.catalog.versions.publish({ fileId: node.id, version, replica });
    if (file.replica !== undefined) this.#retired.add(file.replica);
    file.replica = id;
    if (anew) file.current = file.versions += 1;
    assert.equal(published.version?.number, file.current);
  }

  /** Evict one: a retired replica as long as there is one. */
  async #evict(): Promise<void> {
    const [victim] = await this.catalog.versions.evictable(1);
    if (victim === undefined) {
      assert.equal(this.#retired.size, 0);
      return;
    }
    assert.equal(this.#retired.size > 0, this.#retired.has(victim.id));
    await this.catalog.versions.dropReplica(victim.id);
    this.#retired.delete(victim.id);
    for (const { files } of this.#series.values())
      for (const file of files.values()) if (file.replica === victim.id) file.replica = undefined;
  }

  /** Everything the catalog shows, and everything the model says it should. */
  async compare(): Promise<void> {
    const visible = [...this.#series.values()].filter(({ withdrawn }) => !withdrawn);
    for (const known of visible) await this.#compareSeries(known);
    const expected = new Set<string>();
    for (const known of visible) {
      expected.add(path(known));
      expected.add(`/site/lung/${known.patient}/${known.study}`);
      expected.add(`/site/lung/${known.patient}`);
    }
    assert.deepEqual(await this.#directories('/site/lung'), [...expected].sort());
    await this.#compareAcquisition(visible);
    for (const wanted of ['CT', 'MR', 'PT']) {
      const condition = { keyword: 'Modality', operator: '=', value: wanted } as const;
      const found = await this.catalog.query.find({
        under: '/site',
        conditions: [condition],
        within: ['/site/lung'],
        after: undefined,
        limit: 100,
      });
      const matching = visible.filter(({ metadata }) => metadata['Modality'] === wanted);
      assert.deepEqual(
        found.map((entry) => entry.path),
        matching.map((known) => path(known)).sort(),
      );
    }
  }

  /** Page by page: each is found once, in its place. */
  async #compareAcquisition(visible: readonly ModelSeries[]): Promise<void> {
    const condition = { keyword: 'AcquisitionGroup', operator: '=', value: acquisition } as const;
    const query = { under: '/', conditions: [condition], within: ['/site/lung'], limit: 1 };
    const found: string[] = [];
    let after: string | undefined;
    do {
      const [entry] = await this.catalog.query.find({ ...query, after });
      after = entry?.path;
      if (entry !== undefined) found.push(`${entry.metadata['AcquisitionPlace']} ${entry.path}`);
    } while (after !== undefined);
    const parts = visible.filter(({ place }) => place !== undefined);
    assert.deepEqual(found, parts.map((known) => `${known.place} ${path(known)}`).sort());
  }

  async #directories(under: string): Promise<string[]> {
    const node = (await this.catalog.names.resolve(under)) as DirectoryNode;
    const found: string[] = [];
    for (const child of await this.catalog.names.list(node.id, { after: undefined, limit: 100 }))
      if (child.kind === 'directory')
        found.push(
          `${under}/${child.name}`,
          ...(await this.#directories(`${under}/${child.name}`)),
        );
    return found.sort();
  }

  async #compareSeries(known: ModelSeries): Promise<void> {
    const directory = (await this.catalog.names.resolve(path(known))) as DirectoryNode;
    const listed = await this.catalog.names.list(directory.id, { after: undefined, limit: 100 });
    const expected = [...known.instances].map((name) => `${name}.dcm`);
    expected.push(...known.stacks.map((stack) => `${stack}.nii`));
    assert.deepEqual(
      listed.map(({ name }) => name),
      expected.sort(),
    );
    for (const name of names(known)) {
      const file = (await this.catalog.names.resolve(path(known, name))) as FileNode;
      const model = known.files.get(name);
      assert.equal(file.name, name);
      assert.equal(file.version?.number ?? 0, model?.current ?? 0);
      assert.equal(file.replica?.id, model?.replica);
    }
    for (const form of forms) {
      const alias = (await this.catalog.names.resolve(path(known, `volume.${form}`))) as FileNode;
      assert.equal(alias.name, aliasOf(known, form));
    }
  }
}

function open(file: string): Promise<Catalog> {
  const limits = { ...catalogLimits, queryWindow: 2, transactionRows: 1 };
  return openCatalog({ products, path: join(file, 'catalog.db'), limits });
}

test('the catalog behaves like an array of series in memory', async (t) => {
  const root = await tempFolder(t);
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 25, maxLength: 70 }), async (steps) => {
      const run = await Run.start(join(root, `${(round += 1)}`));
      for (const one of steps) await run.take(one);
      await run.compare();
      await run.catalog.close();
    }),
    { numRuns: 20, interruptAfterTimeLimit: 90_000, markInterruptAsFailure: true },
  );
});

test('no path makes the catalog fail', async (t) => {
  const run = await Run.start(await tempFolder(t));
  const paths = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.constantFrom('site', 'lung', '..', '.', '', '%2e', '*', "'"))
      .map((parts) => `/${parts.join('/')}`),
    fc.constantFrom('/x'.repeat(50_000), '/site/lung/', '//site', '/SITE'),
  );
  await fc.assert(
    fc.asyncProperty(paths, async (path) => {
      const node = await run.catalog.names.resolve(path);
      if (node !== undefined) assert.ok(['/', '/site', '/site/lung'].includes(path), path);
    }),
  );
});

test('no filter makes the catalog fail', async (t) => {
  const run = await Run.start(await tempFolder(t));
  await run.take({ kind: 'announce', series: 1, instances: [1], modality: 'CT' });
  const condition = fc.record({
    keyword: fc.oneof(fc.constantFrom('Modality', 'StackCount'), fc.string()),
    operator: fc.constantFrom('=', '!=', '<', '<=', '>', '>=', 'like'),
    value: fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.double(), fc.integer()),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(condition, { maxLength: 3 }), async (conditions) => {
      const page = { within: ['/site/lung'], after: undefined, limit: 10 };
      try {
        await run.catalog.query.find({ under: '/', conditions, ...page });
      } catch (error) {
        assert.equal(codeOf(error), 'CATALOG_QUERY_TOO_LARGE');
      }
    }),
  );
});
