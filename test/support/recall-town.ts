import type { Catalog, CatalogInbox, FileNode } from '../../src/catalog/catalog.ts';
import { openCatalog } from '../../src/catalog/index.ts';
import { createPseudonyms } from '../../src/deid/index.ts';
import { dataSetOf, decodeDataSet } from '../../src/dicom/index.ts';
import type { Identified } from '../../src/flow/index.ts';
import { identify } from '../../src/flow/mint/identified.ts';
import { reveal } from '../../src/flow/mint/reveal.ts';
import { silentLog } from '../../src/lib/log.ts';
import {
  type ClinicalIndex,
  createIndexCipher,
  openClinicalIndex,
} from '../../src/pacs/index/index.ts';
import type {
  ExpectedSeries,
  PacsQuery,
  PacsSource,
  RetrieveUnit,
} from '../../src/pacs/pacs-source.ts';
import { createRecallEngine, type RecallEngine } from '../../src/recall/engine.ts';
import type { RecallPorts } from '../../src/recall/pass.ts';
import { createRegistration, type Registration } from '../../src/registration/index.ts';
import { products } from './catalog-products.ts';
import { type MadeInstance, makeSeries, type SeriesOptions } from './make-series.ts';
import { type ManualClock, manualClock } from './manual-clock.ts';
import type { Owner } from './owner.ts';
import {
  type InstanceChange,
  instanceOf,
  openWorkshop,
  testDeidentifier,
  type Workshop,
  type WorkshopOptions,
} from './production.ts';
import { seededRandom } from './seeded-random.ts';

/** A PACS in memory that a test can spoil. */
export interface MemoryPacs extends PacsSource {
  readonly series: Map<string, readonly MadeInstance[]>;
  /** Retrieves so far: how many instances each asked for. */
  readonly retrieves: number[];
  /** Retrieves under way now, and the most there were at once for a series. */
  readonly concurrency: { now: number; most: number };
  readonly priorities: (string | undefined)[];
  /** What happens instead; undefined for the truth. */
  behave: {
    expected?: (truth: ExpectedSeries) => ExpectedSeries;
    /** Instances a retrieve sends. */
    retrieve?: (
      asked: readonly MadeInstance[],
      series: readonly MadeInstance[],
    ) => readonly MadeInstance[];
    instance?: (made: MadeInstance) => InstanceChange;
    /** Awaited before each instance, and at the end with undefined. */
    before?: (
      made: MadeInstance | undefined,
      signal: AbortSignal | undefined,
    ) => Promise<void> | void;
    find?: (
      query: PacsQuery,
      truth: readonly ReturnType<typeof recordOf>[],
    ) => readonly ReturnType<typeof recordOf>[];
  };
}

const recordOf = (made: MadeInstance) => decodeDataSet(made.dataSet, made.transferSyntaxUid);

/** Make a PACS that holds the given series. */
export function memoryPacs(name: string, series: readonly SeriesOptions[]): MemoryPacs {
  const held = new Map(
    series.map((options) => {
      const all = [...makeSeries(options)];
      return [seriesUidOf(all[0]), all] as const;
    }),
  );
  const pacs: MemoryPacs = {
    name,
    series: held,
    retrieves: [],
    concurrency: { now: 0, most: 0 },
    priorities: [],
    behave: {},
    probe: async () => ({ retrieveMethods: ['C-GET'], imageLevelFind: true, echoMs: 0 }),
    async *find(query: Identified<PacsQuery>) {
      const { level } = reveal(query);
      const wanted = reveal(query).keys;
      const text = (which: number): string => valueOf(wanted, which);
      const matches = [...held.values()]
        .flat()
        .map(recordOf)
        .filter((record) =>
          [0x0020000d, 0x0020000e].every((t) => text(t) === '' || text(t) === valueOf(record, t)),
        );
      const key = { STUDY: 0x0020000d, SERIES: 0x0020000e, IMAGE: 0x00080018 }[level];
      const entities = new Map(matches.map((record) => [valueOf(record, key), record]));
      const answers = [...entities.values()].map((record) => counted(level, record, matches));
      const given = pacs.behave.find?.(reveal(query), answers) ?? answers;
      for (const answer of given) yield identify(answer);
    },
    async expected(of) {
      const all = held.get(reveal(of).seriesInstanceUid) ?? [];
      const instances = all.map((made) => ({ ...made, record: recordOf(made) }));
      const truth: ExpectedSeries = { list: { instances, unusable: 0 }, counted: all.length };
      return identify(pacs.behave.expected?.(truth) ?? truth);
    },
    async *retrieve(unit: Identified<RetrieveUnit>, { signal, priority }) {
      const { series: ref, sopInstanceUids } = reveal(unit);
      const all = held.get(ref.seriesInstanceUid) ?? [];
      const asked = sopInstanceUids.flatMap((uid) =>
        all.filter((each) => each.sopInstanceUid === uid),
      );
      pacs.retrieves.push(sopInstanceUids.length);
      pacs.priorities.push(priority);
      pacs.concurrency.now += 1;
      pacs.concurrency.most = Math.max(pacs.concurrency.most, pacs.concurrency.now);
      try {
        for (const made of pacs.behave.retrieve?.(asked, all) ?? asked) {
          await pacs.behave.before?.(made, signal);
          signal?.throwIfAborted();
          yield identify(instanceOf(made, pacs.behave.instance?.(made)));
        }
        await pacs.behave.before?.(undefined, signal);
        signal?.throwIfAborted();
      } finally {
        pacs.concurrency.now -= 1;
      }
    },
    close: async () => {},
  };
  return pacs;
}

/** An answer with the counts that a PACS states at its level. */
function counted(
  level: PacsQuery['level'],
  record: ReturnType<typeof recordOf>,
  all: readonly ReturnType<typeof recordOf>[],
): ReturnType<typeof recordOf> {
  const study = all.filter((each) => valueOf(each, 0x0020000d) === valueOf(record, 0x0020000d));
  const seriesUids = study.map((each) => valueOf(each, 0x0020000e));
  const counts = {
    STUDY: { NumberOfStudyRelatedSeries: new Set(seriesUids).size },
    SERIES: {
      NumberOfSeriesRelatedInstances: seriesUids.filter(
        (uid) => uid === valueOf(record, 0x0020000e),
      ).length,
    },
    IMAGE: {},
  }[level];
  return new Map([...record, ...dataSetOf(counts)]);
}

function valueOf(record: ReturnType<typeof recordOf>, which: number): string {
  const element = record.get(which);
  if (element === undefined || !('value' in element)) return '';
  return Buffer.from(element.value)
    .toString('latin1')
    .replace(/[\0 ]+$/, '');
}

/** Series Instance UID of a made instance. */
export function seriesUidOf(made: MadeInstance | undefined): string {
  return made === undefined ? '' : made.sopInstanceUid.replace(/\.\d+$/, '');
}

/** Products of any series of the town; others depend on what its images are. */
const everySeriesHas: ReadonlySet<string> = new Set(['dcm', 'nii', 'nii.gz']);

/** Both roads over one PACS, with real databases, a real store and real crypto. */
export interface Town {
  readonly pacs: MemoryPacs;
  readonly catalog: Catalog;
  readonly index: ClinicalIndex;
  readonly registration: Registration;
  /** The same index and collections into another catalog. */
  register(inbox: CatalogInbox): Registration;
  readonly workshop: Workshop;
  readonly engine: RecallEngine;
  readonly clock: ManualClock;
  readonly ports: RecallPorts;
  /** Crawl, so that what the PACS holds is in the catalog. */
  crawl(): Promise<void>;
  /** Files of the only series, or of the one at `index`: those that every series has. */
  files(index?: number): Promise<readonly FileNode[]>;
  /** The file whose name ends so. */
  file(ending: string, index?: number): Promise<FileNode>;
}

const offer = {
  site: 'site',
  name: 'all',
  delivery: 'open',
  formats: ['dcm', 'nii', 'nii.gz'],
} as const;

/** Build a town whose collection shows all that `pacs` holds. */
export async function buildTown(
  owner: Owner,
  pacs: MemoryPacs,
  options: WorkshopOptions & {
    readonly change?: (ports: RecallPorts) => RecallPorts;
    /** A file for the clinical index; in memory without it. */
    readonly indexPath?: string;
  } = {},
): Promise<Town> {
  const clock = manualClock();
  const random = seededRandom(5);
  const cipher = createIndexCipher({ hospitalKey: new Uint8Array(32).fill(3), random });
  const catalog = await openCatalog({ products, path: ':memory:', clock, random });
  const index = await openClinicalIndex({
    path: options.indexPath ?? ':memory:',
    cipher,
    clock,
    random,
  });
  owner.after(() => catalog.close());
  owner.after(() => index.close());
  const register = (inbox: CatalogInbox): Registration =>
    createRegistration({
      index,
      inbox,
      archives: [pacs.name],
      onFed: async () => {},
      clock,
      log: silentLog,
      collections: [
        {
          offer,
          filter: { pacs: [], modalities: [], patientIds: [], studyInstanceUids: [] },
          deidentifier: testDeidentifier,
          pseudonyms: createPseudonyms(new Uint8Array(32).fill(7)),
        },
      ],
    });
  const registration = register(catalog.inbox);
  await registration.offerCollections();
  const workshop = await openWorkshop(owner, options);
  const truth: RecallPorts = {
    site: 'site',
    producers: workshop.producers,
    catalog,
    index,
    sources: new Map([[pacs.name, pacs]]),
    collections: new Map([['all', { policyId: 'site/all', deidentifier: testDeidentifier }]]),
    production: workshop.production,
    storage: workshop.storage,
    clock,
    log: silentLog,
  };
  const ports = options.change?.(truth) ?? truth;
  const engine = createRecallEngine(ports);
  await engine.start();
  owner.after(() => engine.stop());
  const town: Town = {
    pacs,
    catalog,
    index,
    registration,
    register,
    workshop,
    engine,
    clock,
    ports,
    async crawl() {
      await registration.crawl(pacs, {});
    },
    files: async (at = 0) => {
      const found = await catalog.query.find({
        under: '/site/all',
        conditions: [],
        within: ['/site/all'],
        after: undefined,
        limit: 100,
      });
      const path = found[at]?.path ?? '';
      const directory = await catalog.names.resolve(path);
      if (directory?.kind !== 'directory') throw new Error(`no series ${at}`);
      const page = await catalog.names.list(directory.id, { after: undefined, limit: 1000 });
      const [first] = page.filter((node) => node.kind === 'file');
      if (first === undefined) throw new Error('a series has listed files');
      const all = await catalog.names.filesOf(first.seriesId);
      return all.filter(({ product }) => everySeriesHas.has(product.name));
    },
    async file(ending, at) {
      const found = (await town.files(at)).find(({ name }) => name.endsWith(ending));
      if (found === undefined) throw new Error(`no file ${ending}`);
      return found;
    },
  };
  await town.crawl();
  return town;
}
