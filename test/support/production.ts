import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { createDeidentifier } from '../../src/deid/index.ts';
import { type DataSet, decodeDataSet, type Instance } from '../../src/dicom/index.ts';
import { readSealed } from '../../src/flow/index.ts';
import { identify } from '../../src/flow/mint/identified.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createFrameDecoder } from '../../src/pixel/index.ts';
import {
  createProduction,
  createSpill,
  type FileRegister,
  type FileResult,
  type KeyDeposits,
  type NamedIdentifiedInstance,
  type NewKey,
  type Production,
  type ProductionJob,
  type ProductionLimits,
  type ProductionResult,
  type ProductionTarget,
} from '../../src/production/index.ts';
import {
  keyIdOf,
  openHeader,
  openSegments,
  type ProducerKeys,
  pinProducers,
  sealedLayout,
  type VerifiedProduction,
  type VersionStatement,
  verifyProduction,
} from '../../src/seal/index.ts';
import { openDiskStorage } from '../../src/storage/backends/disk/index.ts';
import type { ReplicaId, Storage } from '../../src/storage/storage.ts';
import { type MadeInstance, makeSeries, type SeriesOptions } from './make-series.ts';
import type { Owner } from './owner.ts';
import { testSealer } from './seal-file.ts';
import { seededRandom } from './seeded-random.ts';
import { tempFolder } from './temp.ts';

/** Production with a real store, real keys and a key server that only remembers. */
export interface Workshop {
  readonly production: Production;
  readonly storage: Storage;
  readonly keys: readonly NewKey[];
  /** Whose statements it makes. */
  readonly producers: ProducerKeys;
  /** The plaintext of a committed replica. */
  plaintextOf(id: ReplicaId, key: NewKey): Promise<Buffer>;
  /** Bytes of the store that can still be reserved. */
  freeBytes(): Promise<number>;
}

/** What a workshop is to be like. */
export interface WorkshopOptions {
  readonly capacityBytes?: number;
  readonly seed?: number;
  readonly limits?: Partial<ProductionLimits>;
  readonly defaults?: ProductionLimits;
  /** Called for each key; may throw. */
  readonly deposit?: (key: NewKey) => Promise<void>;
}

const capacityDefault = 64 * 1024 * 1024;

/** Make a workshop in a folder of its own. */
export async function openWorkshop(owner: Owner, options: WorkshopOptions = {}): Promise<Workshop> {
  const capacityBytes = options.capacityBytes ?? capacityDefault;
  const folder = await tempFolder(owner);
  const path = join(folder, 'store');
  const random = seededRandom(options.seed ?? 1);
  const storage = await openDiskStorage({ name: 'disk', path, capacityBytes });
  const keys: NewKey[] = [];
  const deposits: KeyDeposits = {
    serverNames: ['a', 'b', 'c'],
    threshold: 2,
    async deposit(batch) {
      for (const key of batch) {
        await options.deposit?.(key);
        keys.push({ ...key, privateKey: key.privateKey.slice() });
      }
    },
  };
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const limits =
    options.defaults === undefined ? {} : { limits: { ...options.defaults, ...options.limits } };
  const production = createProduction({
    storage,
    sealer: testSealer,
    deposits,
    signer: { keyId: keyIdOf(publicKey), privateKey },
    clock: systemClock,
    random,
    spill: createSpill({ folder: join(folder, 'spill'), random }),
    ...limits,
  });
  return {
    production,
    storage,
    keys,
    producers: pinProducers([{ publicKey, fromMs: 0 }]),
    plaintextOf: (id, key) => openReplica(storage, id, key),
    freeBytes: async () => (await storage.space()).freeBytes,
  };
}

/** The plaintext of a committed replica. */
export async function openReplica(storage: Storage, id: ReplicaId, key: NewKey): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of storage.follow(id, 0, {}))
    pieces.push(new Uint8Array(readSealed(piece)));
  const sealed = Buffer.concat(pieces);
  const dataKey = openHeader(sealed.subarray(0, sealedLayout.headerSize), key.privateKey);
  const body = sealed.subarray(sealedLayout.headerSize);
  const segments = Math.ceil(body.length / sealedLayout.sealedSegmentSize);
  const plaintextSize = body.length - segments * 28;
  const range = { offset: 0, length: plaintextSize };
  const opened: Uint8Array[] = [];
  const source = (async function* () {
    yield body;
  })();
  for await (const piece of openSegments(source, { dataKey, plaintextSize, range })) {
    opened.push(piece.slice());
  }
  return Buffer.concat(opened);
}

/** A series as a job sees it: names, query records and instances. */
export interface JobSeries {
  readonly names: readonly string[];
  readonly expected: ProductionJob['expected'];
  /** The instance at `index`, ready to be read once; in pieces of `chunkBytes`. */
  instance(index: number, change?: InstanceChange): NamedIdentifiedInstance;
  /** Native pixels of the slice at `index`. */
  pixels(index: number): Uint8Array;
}

/** How an instance differs from what it should be. */
export interface InstanceChange {
  readonly chunkBytes?: number;
  /** What the stream does at its end. */
  readonly fail?: Error;
  /** Read this many bytes less than there are. */
  readonly dropBytes?: number;
  readonly transferSyntaxUid?: string;
  readonly sopClassUid?: string;
  readonly onLeave?: () => void;
}

/** Names of test series are digests, as real ones are. */
export function nameOf(made: Pick<MadeInstance, 'sopInstanceUid'>): string {
  return `i-${createHash('sha256').update(made.sopInstanceUid).digest('hex').slice(0, 16)}`;
}

/** The de-identifier of tests. */
export const testDeidentifier = createDeidentifier({
  collectionKey: new Uint8Array(32).fill(7),
  decoder: createFrameDecoder({ threads: 2 }),
});

/** A synthetic series for a job; with `records`, the query gives positions. */
export function jobSeries(options: SeriesOptions & { readonly records?: boolean } = {}): JobSeries {
  const all = [...makeSeries(options)];
  const names = all.map(nameOf);
  const at = (index: number): MadeInstance => {
    const made = all[index];
    if (made === undefined) throw new Error(`no slice ${index}`);
    return made;
  };
  return {
    names,
    expected: all.map((made, index) => ({
      name: names[index] ?? '',
      record:
        options.records === false ? undefined : testDeidentifier.metadata(identify(recordOf(made))),
    })),
    instance: (index, change = {}) => ({
      name: names[index] ?? '',
      instance: identify(instanceOf(at(index), change)),
    }),
    pixels: (index) => at(index).pixels,
  };
}

function recordOf(made: MadeInstance): DataSet {
  return decodeDataSet(made.dataSet, made.transferSyntaxUid);
}

/** An instance as a PACS would hand it over. */
export function instanceOf(made: MadeInstance, change: InstanceChange = {}): Instance {
  return {
    sopClassUid: change.sopClassUid ?? made.sopClassUid,
    sopInstanceUid: made.sopInstanceUid,
    transferSyntaxUid: change.transferSyntaxUid ?? made.transferSyntaxUid,
    dataSet: chunksOf(made.dataSet, change),
  };
}

async function* chunksOf(dataSet: Uint8Array, change: InstanceChange) {
  const { chunkBytes = 16_000, fail, dropBytes = 0, onLeave } = change;
  const end = dataSet.length - dropBytes;
  try {
    for (let at = 0; at < end; at += chunkBytes)
      yield dataSet.slice(at, Math.min(end, at + chunkBytes));
    if (fail !== undefined) throw fail;
  } finally {
    onLeave?.();
  }
}

/** A target of a job; the file's id is its place in the list of targets. */
export function targetOf(target: Partial<ProductionTarget> & { fileId: number }): ProductionTarget {
  return {
    product: 'nii',
    instanceName: undefined,
    slice: undefined,
    stackName: undefined,
    existing: undefined,
    ...target,
  };
}

/** Files of which nothing was stated yet; a GUID is a digest of the name. */
export function newRegister(): FileRegister {
  const taken = new Map<string, number>();
  return {
    minted: async (fileNames) =>
      new Map(
        fileNames.map((fileName) => [
          fileName,
          {
            guid: createHash('md5').update(fileName).digest('hex'),
            version: taken.get(fileName) ?? 0,
          },
        ]),
      ),
    async take(fileName, version) {
      assert.equal(version, (taken.get(fileName) ?? 0) + 1);
      taken.set(fileName, version);
    },
  };
}

/** A job over a series. */
export function jobOf(
  workshop: Pick<Workshop, 'storage'>,
  series: JobSeries,
  options: Partial<ProductionJob> & { readonly order?: readonly number[] } = {},
): ProductionJob {
  const order = options.order ?? series.names.map((_, index) => index);
  return {
    site: 'site',
    collection: 'collection',
    policyId: 'site/collection',
    seriesName: 's-0000000000000000',
    studyName: 't-0000000000000000',
    stateNumber: 1,
    files: newRegister(),
    subjectName: 'p-0000000000000000',
    deidentifier: testDeidentifier,
    targets: [targetOf({ fileId: 1 })],
    expected: series.expected,
    source: {
      listed: series.expected.length,
      counted: series.expected.length,
      unconfirmed: undefined,
    },
    instances: (async function* () {
      for (const index of order) yield series.instance(index);
    })(),
    headersOnly: false,
    onGivenUp: () => undefined,
    onKeys() {},
    onGrowing() {},
    reserve: async (bytes) => workshop.storage.reserve(bytes),
    signal: new AbortController().signal,
    ...options,
  };
}

/** All that a job says of its files. */
export async function resultsOf(
  results: AsyncIterable<ProductionResult>,
): Promise<readonly FileResult[]> {
  const all: FileResult[] = [];
  for await (const result of results) {
    if ('fileId' in result) all.push(result);
  }
  return all;
}

/** A file that was made. */
export type Produced = Extract<ProductionResult, { kind: 'produced' }>;

/** The file of this id, which was made. */
export function producedOf(results: readonly FileResult[], fileId: number): Produced {
  const result = results.find((each) => each.fileId === fileId);
  assert(result?.kind === 'produced', `file ${fileId} is produced`);
  return result;
}

/** What was stated of a file that was made, verified. */
export function statedOf(
  workshop: Workshop,
  { version, replica: { production } }: Produced,
): Promise<VerifiedProduction> {
  assert('receipt' in version, 'a new version');
  return verifyProduction({ version: version.receipt, production }, workshop.producers);
}

/** What was stated of a new version. */
export async function versionOf(workshop: Workshop, made: Produced): Promise<VersionStatement> {
  return (await statedOf(workshop, made)).version;
}

/** The plaintext of a file that was made. */
export async function plaintextOf(workshop: Workshop, result: Produced): Promise<Buffer> {
  const { version } = result;
  assert('keyId' in version);
  const key = workshop.keys.find(({ keyId }) => keyId === version.keyId);
  assert(key !== undefined);
  return workshop.plaintextOf(result.replica.id, key);
}
