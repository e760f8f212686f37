import type { Catalog } from '../../src/catalog/catalog.ts';
import { openCatalog } from '../../src/catalog/index.ts';
import { createPseudonyms, type Pseudonyms } from '../../src/deid/index.ts';
import { jsonLog } from '../../src/lib/log.ts';
import {
  type ClinicalIndex,
  type CollectionFilter,
  createIndexCipher,
  openClinicalIndex,
} from '../../src/pacs/index/index.ts';
import { createRegistration, type Registration } from '../../src/registration/index.ts';
import { products } from './catalog-products.ts';
import type { SeriesOptions } from './make-series.ts';
import { manualClock } from './manual-clock.ts';
import type { Owner } from './owner.ts';
import { testDeidentifier } from './production.ts';
import { type MemoryPacs, memoryPacs } from './recall-town.ts';
import { seededRandom } from './seeded-random.ts';

const everything: CollectionFilter = {
  pacs: [],
  modalities: [],
  patientIds: [],
  studyInstanceUids: [],
};
const one = { slices: 2, rows: 2, columns: 2 } as const;
/** A study of one small series. */
export const study = (seed: number, more: SeriesOptions = {}): SeriesOptions => ({
  ...one,
  seed,
  studySeed: seed,
  ...more,
});
/** A patient who is not the one that series have by default. */
export const bea = { name: 'SYNTHETIC^BEA', id: 'SYN-0002', birthDate: '19600203' };

/** What an operator configures. */
export interface Configured {
  readonly filters?: Readonly<Record<string, Partial<CollectionFilter>>>;
  readonly archives?: readonly string[];
  readonly pseudonyms?: Pseudonyms;
}

/** A clinical index and a catalog in memory, fed as at a start and by walks. */
export class Hospital {
  readonly clock = manualClock();
  readonly logged: string[] = [];
  /** How often who else must know of changes, as the key servers, was told. */
  told = 0;
  readonly index: ClinicalIndex;
  catalog: Catalog;
  registration: Registration | undefined;

  constructor(index: ClinicalIndex, catalog: Catalog) {
    this.index = index;
    this.catalog = catalog;
  }

  /** A start under a configuration. */
  async start(configured: Configured = {}): Promise<Registration> {
    const { filters = { all: {} }, archives = ['a', 'b'] } = configured;
    const log = jsonLog({ write: (line) => void this.logged.push(line), nowMs: () => 0 });
    const registration = createRegistration({
      index: this.index,
      inbox: this.catalog.inbox,
      archives,
      onFed: async () => void (this.told += 1),
      clock: this.clock,
      log,
      collections: Object.entries(filters).map(([name, filter]) => ({
        offer: {
          site: 'site',
          name,
          delivery: 'open',
          formats: ['dcm'],
        },
        filter: { ...everything, ...filter },
        deidentifier: testDeidentifier,
        pseudonyms: configured.pseudonyms ?? createPseudonyms(new Uint8Array(32).fill(7)),
      })),
    });
    await registration.offerCollections();
    this.registration = registration;
    return registration;
  }

  async walk(...archives: readonly MemoryPacs[]): Promise<void> {
    for (const pacs of archives) await this.registration?.crawl(pacs, {});
  }

  /** Paths of the series that are shown. */
  async shown(): Promise<readonly string[]> {
    const query = { under: '/', conditions: [], after: undefined, limit: 1000 };
    const within = ['/site/all', '/site/other'];
    const found = await this.catalog.query.find({ ...query, within });
    return found.map(({ path }) => path);
  }

  async failures(): Promise<string> {
    const status = (await this.registration?.status()) ?? [];
    return status
      .flatMap(({ failures }) => failures.map(({ code, series }) => `${series} ${code}`))
      .join();
  }
}

/** Open one. */
export async function openHospital(t: Owner): Promise<Hospital> {
  const cipher = createIndexCipher({
    hospitalKey: new Uint8Array(32).fill(3),
    random: seededRandom(5),
  });
  const clock = manualClock();
  const index = await openClinicalIndex({
    path: ':memory:',
    cipher,
    clock,
    random: seededRandom(9),
  });
  const catalog = await openCatalog({ products, path: ':memory:', clock });
  t.after(async () => {
    await Promise.all([index.close(), catalog.close()]);
  });
  return new Hospital(index, catalog);
}

/** Put other series into a PACS, or the same with something changed. */
export function put(pacs: MemoryPacs, ...series: readonly SeriesOptions[]): void {
  for (const [uid, all] of memoryPacs('x', series).series) pacs.series.set(uid, all);
}
