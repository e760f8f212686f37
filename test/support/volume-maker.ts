import { hash as digestOf, generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { createDeidentifier, type Deidentifier } from '../../src/deid/index.ts';
import { readDeidentified } from '../../src/flow/index.ts';
import { identify } from '../../src/flow/mint/identified.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { MdmError } from '../../src/lib/errors/mdm-error.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createFrameDecoder } from '../../src/pixel/index.ts';
import {
  createProduction,
  createSpill,
  type NewKey,
  type ProductionJob,
  type ProductionPorts,
  type ProductionResult,
  type ProductionTarget,
  type StackOfSeries,
} from '../../src/production/index.ts';
import { createSealer, keyIdOf } from '../../src/seal/index.ts';
import { openDiskStorage } from '../../src/storage/backends/disk/index.ts';
import { retrieveOrder } from '../../src/volume/index.ts';
import {
  type FoundFile,
  type FoundSeries,
  openInstance,
  recordOf,
} from '../../tools/volumes/read-folder.ts';
import { newRegister, openReplica, targetOf } from './production.ts';

/** How instances come to production. */
export interface MakeOptions {
  /** In random order, else in the order that a volume wants. */
  readonly shuffle: boolean;
  /** The archive answers no query about single images. */
  readonly noRecords: boolean;
  /** Every instance comes twice. */
  readonly twice: boolean;
  /** So many do not come. */
  readonly drop: number;
  /** What is made of each stack. Default: `nii`. */
  readonly products?: readonly string[];
}

/** One file that was made. */
export interface MadeFile {
  /** `v-<H>...` */
  readonly name: string;
  readonly product: string;
  readonly bytes: Buffer;
}

/** What became of a series. */
export interface MadeSeries {
  readonly files: readonly MadeFile[];
  /** Codes of what was not made. */
  readonly refusals: readonly string[];
}

/** Makes the volumes of series, one after another, by the real production. */
export interface Maker {
  /** The volumes of a series. */
  make(series: FoundSeries, options: MakeOptions): Promise<MadeSeries>;
  /** Its instances as they leave: each, or each of its slices. */
  instances(series: FoundSeries): Promise<MadeSeries>;
  /** Make one volume of a series and leave it where it was written. */
  produce(series: FoundSeries, options: MakeOptions): Promise<readonly ProductionResult[]>;
  close(): Promise<void>;
}

/** Where production writes to. Default: sealed, into a store of its own. */
export type MakerOutput = Pick<ProductionPorts, 'sealer' | 'storage'> & {
  readonly deidentifier?: Deidentifier;
};

const storeBytes = 64 * 2 ** 30;

/** Production with a store of its own in a folder, keys that are only remembered, and nothing else. */
export async function openMaker(folder: string, output?: MakerOutput): Promise<Maker> {
  const storage = await openDiskStorage({
    name: 'disk',
    path: join(folder, 'store'),
    capacityBytes: storeBytes,
  });
  const sealer = output?.sealer ?? createSealer();
  const decoder = createFrameDecoder({ threads: 2 });
  const keys: NewKey[] = [];
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const production = createProduction({
    storage: output?.storage ?? storage,
    sealer,
    deposits: {
      serverNames: ['a', 'b', 'c'],
      threshold: 2,
      async deposit(batch) {
        for (const key of batch) keys.push({ ...key, privateKey: key.privateKey.slice() });
      },
    },
    spill: createSpill({ folder: join(folder, 'spill'), random: systemRandom }),
    signer: { keyId: keyIdOf(publicKey), privateKey },
    clock: systemClock,
    random: systemRandom,
  });
  const deidentifier =
    output?.deidentifier ??
    createDeidentifier({ collectionKey: new Uint8Array(32).fill(7), decoder });
  const pass = async (
    series: FoundSeries,
    targets: readonly ProductionTarget[],
    options: MakeOptions & { readonly headersOnly: boolean },
  ): Promise<readonly ProductionResult[]> => {
    const named = series.files.map((file) => ({ file, name: nameOf(file) }));
    const records = named.map(({ file }) =>
      options.noRecords ? undefined : recordOf(file.header),
    );
    const expected = named.map(({ name }, index) => {
      const record = records[index];
      return {
        name,
        record: record === undefined ? undefined : deidentifier.metadata(identify(record)),
      };
    });
    const wish = retrieveOrder(
      expected.map(({ record }) => (record === undefined ? undefined : readDeidentified(record))),
    );
    const job: ProductionJob = {
      site: 'site',
      collection: 'collection',
      policyId: 'site/collection',
      seriesName: `s-${hash(series.uid)}`,
      studyName: 't-0',
      stateNumber: 1,
      files: newRegister(),
      subjectName: 'p-0000000000000000',
      deidentifier,
      targets,
      expected,
      source: { listed: expected.length, counted: expected.length, unconfirmed: undefined },
      instances: arrivalsOf(named, wish, options),
      headersOnly: options.headersOnly,
      onKeys: () => undefined,
      onGrowing: () => undefined,
      onGivenUp: () => undefined,
      reserve: async (bytes) => storage.reserve(bytes),
      signal: new AbortController().signal,
    };
    const results: ProductionResult[] = [];
    for await (const result of production.produce(job)) results.push(result);
    return results;
  };
  const taken = async (
    results: readonly ProductionResult[],
    fileAt: (fileId: number) => Omit<MadeFile, 'bytes'>,
  ): Promise<MadeSeries> => {
    const files: MadeFile[] = [];
    const refusals: string[] = [];
    for (const result of results) {
      if (isOfNoProduct(result)) continue;
      if (result.kind === 'refused') refusals.push(result.code);
      if (result.kind === 'failed') refusals.push(result.error.code);
      if (result.kind !== 'produced' || !('keyId' in result.version)) continue;
      const { keyId } = result.version;
      const key = keys.find((one) => one.keyId === keyId);
      if (key === undefined) continue;
      const bytes = await openReplica(storage, result.replica.id, key);
      await storage.delete(result.replica.id);
      files.push({ ...fileAt(result.fileId), bytes });
    }
    keys.splice(0);
    return { files, refusals };
  };
  return {
    async make(series, options) {
      const run = async (
        stackNames: readonly (string | undefined)[],
      ): Promise<readonly ProductionResult[] | string> => {
        const targets = targetsOf(stackNames, options);
        const asListed = { ...options, headersOnly: false };
        const results = await passOrCode(() => pass(series, targets, asListed));
        // As a recall does: the list placed slices where they are not.
        return typeof results !== 'string' && results.some(isMisplaced)
          ? passOrCode(() => pass(series, targets, { ...options, headersOnly: true }))
          : results;
      };
      const first = await run([undefined]);
      if (typeof first === 'string') return { files: [], refusals: [first] };
      const stacks = stacksOf(first);
      const isSeveral = stacks.length > 1;
      const names = isSeveral ? stacks.map(({ name }) => name) : [undefined];
      const results = isSeveral ? await run(names) : first;
      if (typeof results === 'string') return { files: [], refusals: [results] };
      const targets = targetsOf(names, options);
      return taken(results, (at) => ({
        name: (isSeveral ? targets[at]?.stackName : stacks[0]?.name) ?? '',
        product: targets[at]?.product ?? '',
      }));
    },
    async instances(series) {
      const inOrder: MakeOptions & { readonly headersOnly: boolean } = {
        shuffle: false,
        noRecords: true,
        twice: false,
        drop: 0,
        headersOnly: false,
      };
      const wholes = series.files.map((file, fileId) => instanceTarget(nameOf(file), { fileId }));
      const first = await pass(series, wholes, inOrder);
      const sliced = first.flatMap((result) => (result.kind === 'sliced' ? result.instances : []));
      const each = sliced.flatMap(({ name, slices }) =>
        Array.from({ length: slices }, (_, slice) => ({ name, slice })),
      );
      const targets = each.map(({ name, slice }, fileId) =>
        instanceTarget(name, { fileId, slice }),
      );
      const whole = await taken(first, (at) => ({
        name: wholes[at]?.instanceName ?? '',
        product: 'dcm',
      }));
      if (targets.length === 0) return whole;
      const second = await pass(series, targets, inOrder);
      const slices = await taken(second, (at) => ({
        name: `${each[at]?.name}-${each[at]?.slice}`,
        product: 'dcm',
      }));
      const refusals = whole.refusals.filter((code) => code !== 'DEID_GRID');
      return {
        files: [...whole.files, ...slices.files],
        refusals: [...refusals, ...slices.refusals],
      };
    },
    produce: (series, options) =>
      pass(series, targetsOf([undefined], options), { ...options, headersOnly: false }),
    async close() {
      await sealer.close();
      await decoder.close();
    },
  };
}

const isMisplaced = (result: ProductionResult): boolean =>
  result.kind === 'refused' && result.code === 'VOLUME_NOT_AS_LISTED';

const stacksOf = (results: readonly ProductionResult[]): readonly StackOfSeries[] =>
  results.flatMap((result) => (result.kind === 'stacks' ? result.stacks : []));

async function passOrCode<T>(pass: () => Promise<T>): Promise<T | string> {
  try {
    return await pass();
  } catch (error) {
    if (error instanceof MdmError) return error.code;
    throw error;
  }
}

/** A stack has not every product there is. */
const isOfNoProduct = (result: ProductionResult): boolean =>
  result.kind === 'refused' &&
  (result.code === 'VOLUME_NO_SUCH_FILE' || result.code === 'VOLUME_NOTHING_TO_CORRECT');

function targetsOf(
  stackNames: readonly (string | undefined)[],
  { products = ['nii'] }: Pick<MakeOptions, 'products'>,
): readonly ProductionTarget[] {
  return stackNames
    .flatMap((stackName) => products.map((product) => ({ stackName, product })))
    .map((wanted, fileId) => targetOf({ ...wanted, fileId }));
}

const instanceTarget = (
  instanceName: string,
  target: { readonly fileId: number; readonly slice?: number },
): ProductionTarget => targetOf({ product: 'dcm', instanceName, ...target });

const hash = (text: string): string => digestOf('sha256', text).slice(0, 16);
const nameOf = ({ sopInstanceUid }: FoundFile): string => `i-${hash(sopInstanceUid)}`;

async function* arrivalsOf(
  named: readonly { readonly file: FoundFile; readonly name: string }[],
  wish: readonly number[],
  { shuffle, twice, drop }: MakeOptions,
): ProductionJob['instances'] {
  const kept = wish.slice(drop);
  const order = shuffle ? shuffled(kept) : kept;
  for (const index of order) {
    const entry = named[index];
    if (entry === undefined) continue;
    for (let times = twice ? 2 : 1; times > 0; times -= 1) {
      yield { name: entry.name, instance: identify(await openInstance(entry.file)) };
    }
  }
}

function shuffled(order: readonly number[]): readonly number[] {
  return order
    .map((index) => ({ index, rank: Buffer.from(systemRandom.bytes(6)).readUIntBE(0, 6) }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ index }) => index);
}
