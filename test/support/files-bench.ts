import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { PolicyEntry } from '../../src/authz/policy.ts';
import type { Catalog, FileId, FileNode, Publication } from '../../src/catalog/catalog.ts';
import { openCatalog } from '../../src/catalog/index.ts';
import type { Disclosure, FileMetadata, Files } from '../../src/files/index.ts';
import { createFileMetadata, createFiles, createProofs } from '../../src/files/index.ts';
import { deidentified } from '../../src/flow/mint/deidentified.ts';
import type { Principal } from '../../src/identity/principal.ts';
import type { FeedPolicy } from '../../src/keys/index.ts';
import { toHex } from '../../src/lib/bytes/bytes.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { GrowingReplica } from '../../src/production/index.ts';
import { recallErrors } from '../../src/recall/errors.ts';
import type { FollowedReplica, RecallPort, RecallTicket } from '../../src/recall/port.ts';
import { followReplica } from '../../src/recall/tickets.ts';
import {
  keyIdOf,
  newRecipientKeyPair,
  pinProducers,
  type RecipientKeyPair,
  type SealStream,
  type SealSummary,
  signBatch,
  statementBytes,
} from '../../src/seal/index.ts';
import { openDiskStorage } from '../../src/storage/backends/disk/index.ts';
import type { ReplicaId, ReplicaWriter, Storage } from '../../src/storage/storage.ts';
import { products } from './catalog-products.ts';
import { type ManualClock, manualClock } from './manual-clock.ts';
import type { Owner } from './owner.ts';
import { SaidFeed } from './said-feed.ts';
import { testSealer } from './seal-file.ts';
import { seededRandom } from './seeded-random.ts';
import { tempFolder } from './temp.ts';

export const site = 'berlin';

/** A caller by name; `groups` as in a token. */
export function callerNamed(name: string, groups: readonly string[] = []): Principal {
  const subject = `token:https://issuer.example#${name}`;
  return { subject, groups, method: 'token', expiresMs: Number.MAX_SAFE_INTEGER };
}

/** An entry that gives `name` these rights. */
export function entryFor(name: string, ...rights: PolicyEntry['rights']): PolicyEntry {
  return { who: `user:${callerNamed(name).subject}`, rights };
}

/** A collection of the bench: one patient, study and series, with one or more instances. */
export interface BenchCollection {
  readonly name: string;
  readonly delivery: 'open' | 'sealed';
  readonly entries: readonly PolicyEntry[];
  /** Default: `i-1`. */
  readonly instances?: readonly string[];
}

/** Path of the instance `name` of a bench collection, as it is listed. */
export function instancePath(collection: BenchCollection, name = 'i-1'): string {
  const suffix = collection.delivery === 'sealed' ? '.c4gh' : '';
  return `/${site}/${collection.name}/p-1/t-1/s-${collection.name}/${name}.dcm${suffix}`;
}

/** The file port over a real catalog and a real store; recalls are played by the test. */
export interface FilesBench {
  readonly files: Files;
  readonly metadata: FileMetadata;
  readonly catalog: Catalog;
  readonly storage: Storage;
  /** Folder of the store, for those who damage it. */
  readonly folder: string;
  readonly clock: ManualClock;
  readonly disclosures: Disclosure[];
  readonly recall: PlayedRecall;
  readonly producerKey: KeyObject;
  readonly privateKeys: ReadonlyMap<string, Uint8Array>;
  /** Makes the audit fail. */
  auditFails: boolean;
  node(path: string): Promise<FileNode>;
  /** What the feed says; what a test adds holds at once. */
  readonly said: SaidFeed;
  setPolicy(collection: string, entries: readonly PolicyEntry[]): void;
}

/** Recalls as the test plays them. By default each produces its file at once. */
export interface PlayedRecall extends RecallPort {
  /** Files asked for so far. */
  readonly asked: FileNode[];
  /** Tickets out and not given back. */
  attached(): number;
  /** What a recall does; tests replace it. */
  play: (file: FileNode, stage: RecallStage) => Promise<void>;
}

/** What a played recall can do for its readers. */
export interface RecallStage {
  /** Seal, store and publish the plaintext of the file. */
  produce(): Promise<void>;
  /** Show a growing replica; write what is asked for. */
  grow(): Promise<GrowingPlay>;
  fail(error: Error): void;
}

export interface GrowingPlay {
  write(plain: Uint8Array): Promise<void>;
  commit(): Promise<void>;
  abort(error?: Error): Promise<void>;
}

/** The plaintext of an instance: bytes that differ from place to place. */
export function plaintextOf(file: Pick<FileNode, 'name'>, sizeBytes = 200_000): Uint8Array {
  return seededRandom(file.name).bytes(sizeBytes);
}

/** Open a bench. */
export async function openFilesBench(
  owner: Owner,
  collections: readonly BenchCollection[],
  options: { readonly sizeBytes?: number } = {},
): Promise<FilesBench> {
  const clock = manualClock();
  const random = seededRandom('files-bench');
  const folder = await tempFolder(owner);
  const catalog = await openCatalog({ products, path: ':memory:', clock, random });
  owner.after(() => catalog.close());
  const capacityBytes = 1024 ** 3;
  const storage = await openDiskStorage({ name: 'disk', path: folder, capacityBytes, clock });
  const said = new SaidFeed();
  await fill(catalog, said, collections);
  const { privateKey, publicKey: producerKey } = generateKeyPairSync('ed25519');
  const signer = { keyId: keyIdOf(producerKey), privateKey };
  const privateKeys = new Map<string, Uint8Array>();
  const producer = new Producer({ catalog, storage, signer, privateKeys, random, ...options });
  const recall = playRecalls(producer);
  const disclosures: Disclosure[] = [];
  const state = { auditFails: false };
  const audit = {
    async disclosing(disclosure: Disclosure): Promise<void> {
      if (state.auditFails) throw new Error('the audit disk is full');
      disclosures.push(disclosure);
    },
  };
  const keys = {
    async privateKey({ keyId }: { readonly keyId: string }): Promise<Uint8Array> {
      const key = privateKeys.get(keyId);
      if (key === undefined) throw new Error('no key');
      return key.slice();
    },
  };
  const proofs = createProofs({
    producers: pinProducers([{ publicKey: producerKey, fromMs: 0 }]),
    log: silentLog,
  });
  const ports = {
    catalog,
    standing: said,
    recall,
    storage,
    clock,
    random,
    keys,
    audit,
    proofs,
    log: silentLog,
  };
  return Object.assign(state, {
    files: createFiles(ports),
    metadata: createFileMetadata({ ...ports, keywords: ['Modality', 'SeriesDescription'] }),
    catalog,
    storage,
    folder,
    clock,
    disclosures,
    recall,
    producerKey,
    privateKeys,
    async node(path: string): Promise<FileNode> {
      const node = await catalog.names.resolve(path.replace(/\.c4gh$/, ''));
      if (node?.kind !== 'file') throw new Error(`no file ${path}`);
      return node;
    },
    said,
    setPolicy(collection: string, entries: readonly PolicyEntry[]): void {
      said.say({ kind: 'policy', policy: policyOf(collection, entries) });
    },
  });
}

function policyOf(collection: string, entries: readonly PolicyEntry[]): FeedPolicy {
  return { id: `${site}/${collection}`, version: 1, collection, entries };
}

async function fill(
  catalog: Catalog,
  said: SaidFeed,
  collections: readonly BenchCollection[],
): Promise<void> {
  let sequence = 0;
  for (const { name, delivery, entries, instances = ['i-1'] } of collections) {
    const offer = { site, name, delivery, formats: ['dcm'] } as const;
    const series = {
      site,
      collection: name,
      patientName: 'p-1',
      studyName: 't-1',
      seriesName: `s-${name}`,
      instanceNames: instances,
      isHeld: true,
      metadata: deidentified({ Modality: 'CT', SeriesDescription: name }),
    };
    await catalog.inbox.apply([
      { sequence: (sequence += 1), change: { kind: 'collection', offer } },
      { sequence: (sequence += 1), change: { kind: 'series', series } },
    ]);
    said.say({ kind: 'policy', policy: policyOf(name, entries) });
  }
}

interface ProducerPorts {
  readonly catalog: Catalog;
  readonly storage: Storage;
  readonly signer: { readonly keyId: string; readonly privateKey: KeyObject };
  readonly privateKeys: Map<string, Uint8Array>;
  readonly random: ReturnType<typeof seededRandom>;
  readonly sizeBytes?: number;
}

interface Sealing {
  readonly keyId: string;
  readonly validator: string;
  readonly recipient: RecipientKeyPair;
  readonly replicaId: ReplicaId;
  readonly writer: ReplicaWriter;
  readonly stream: SealStream;
}

/** Seals, stores, signs and publishes as production does, without a PACS. */
class Producer {
  readonly ports: ProducerPorts;

  constructor(ports: ProducerPorts) {
    this.ports = ports;
  }

  plaintextOf(file: FileNode): Uint8Array {
    return plaintextOf(file, this.ports.sizeBytes);
  }

  async start(file: FileNode): Promise<Sealing> {
    const { storage, random, privateKeys } = this.ports;
    const keyId = file.version?.keyId ?? `key-${toHex(random.bytes(8))}`;
    const known = file.version;
    const recipient =
      known === undefined
        ? newRecipientKeyPair(random)
        : {
            publicKey: known.recipientPublicKey,
            privateKey: privateKeys.get(keyId) ?? new Uint8Array(32),
          };
    privateKeys.set(keyId, recipient.privateKey.slice());
    const replicaId = toHex(random.bytes(16)) as ReplicaId;
    const writer = await storage.create(replicaId, await storage.reserve(2_000_000));
    const stream = testSealer.stream({
      recipientPublicKey: recipient.publicKey,
      random,
      output: (batch) => writer.write(batch),
    });
    await writer.write(stream.header);
    const validator = toHex(random.bytes(16));
    return { keyId, validator, recipient, replicaId, writer, stream };
  }

  async write({ stream }: Sealing, plain: Uint8Array): Promise<void> {
    await stream.write(deidentified(plain));
  }

  async publish(file: FileNode, sealing: Sealing): Promise<FileNode> {
    const { stream, writer, replicaId } = sealing;
    const summary = await stream.end();
    await writer.commit();
    const publication = await this.#publication(file, sealing, summary);
    return this.ports.catalog.versions.publish({
      ...publication,
      replica: { ...publication.replica, id: replicaId },
    });
  }

  async #publication(file: FileNode, sealing: Sealing, sealed: SealSummary): Promise<Publication> {
    const { keyId, recipient, replicaId } = sealing;
    const of = { ...(await this.fileOf(file)), generation: 1, time } as const;
    const known = file.version;
    const version = statementBytes({
      ...of,
      format: 'mdm-version-statement',
      formatVersion: 2,
      stacks: null,
      keyId,
      recipientPublicKey: Buffer.from(recipient.publicKey).toString('base64url'),
      keyServers: ['one', 'two'],
      threshold: 2,
      plaintextSize: sealed.plaintextSize,
      plaintextSha256: toHex(sealed.plaintextSha256),
      segmentRoot: toHex(sealed.segmentRoot),
      source: {
        expectedInstances: 1,
        countedInstances: null,
        instances: 1,
        withoutImage: 0,
        completeness: 'verified',
        reason: null,
      },
      uids: { study: '2.25.1', series: '2.25.2', instance: '2.25.3' },
      recipe: [],
    });
    const production = statementBytes({
      ...of,
      format: 'mdm-production-statement',
      formatVersion: 2,
      versionDigest: version.digest,
      productionId: replicaId,
      headerDigest: toHex(sealed.headerDigest),
      segmentCount: sealed.segmentCount,
      sealedSize: sealed.sealedSize,
      sealedSha256: toHex(sealed.sealedSha256),
    });
    const [receipt = '', made = ''] = await this.#sign(of, [version, production]);
    return {
      fileId: file.id,
      version:
        known === undefined
          ? {
              guid: of.guid,
              number: of.version,
              keyId,
              validator: sealing.validator,
              recipientPublicKey: recipient.publicKey,
              plaintextSize: sealed.plaintextSize,
              sha256: toHex(sealed.plaintextSha256),
              segmentDigests: sealed.segmentDigests,
              receipt,
            }
          : { guid: known.guid, number: known.number },
      replica: {
        id: replicaId,
        storage: 'disk',
        sealedSize: sealed.sealedSize,
        sealedSha256: toHex(sealed.sealedSha256),
        production: made,
      },
    };
  }

  /** What is stated of a file; the first version of all. */
  async fileOf(file: FileNode): Promise<GrowingReplica['of']> {
    const series = await this.ports.catalog.names.series(file.seriesId);
    if (series === undefined) throw new Error('no series');
    const { collection, patientName, studyName, seriesName } = series;
    return {
      site,
      collection,
      name: `${patientName}/${studyName}/${seriesName}/${file.name}`,
      guid: createHash('md5').update(`${collection}/${file.name}`).digest('hex'),
      stateNumber: 1,
      version: 1,
    };
  }

  #sign(
    { collection }: { readonly collection: string },
    statements: Parameters<typeof signBatch>[0],
  ): Promise<readonly string[]> {
    const { signer, random } = this.ports;
    return signBatch(statements, {
      site,
      collection,
      timeMs: Date.parse(time),
      signer,
      random,
    });
  }
}

const time = '2024-06-13T00:00:00Z';

function playRecalls(producer: Producer): PlayedRecall {
  let attached = 0;
  const growing = new Map<FileId, FollowedReplica>();
  /** Who asks for a file that is on its way joins; nobody lingers. */
  const open = new Map<FileId, { readonly ticket: PlayedTicket; readers: number }>();
  const begin = (file: FileNode): { readonly ticket: PlayedTicket; readers: number } => {
    const { ticket, stage } = playOne(producer, file, growing);
    const begun = { ticket, readers: 0 };
    open.set(file.id, begun);
    const end = (): void => void open.delete(file.id);
    ticket.settled({}).then(end, end);
    recall.play(file, stage).catch((error: unknown) => stage.fail(error as Error));
    return begun;
  };
  const recall: PlayedRecall = {
    asked: [],
    attached: () => attached,
    growing: (file) => growing.get(file),
    play: (_file, stage) => stage.produce(),
    state: () => Promise.resolve(undefined),
    request(file) {
      recall.asked.push(file);
      attached += 1;
      const joined = open.get(file.id) ?? begin(file);
      joined.readers += 1;
      let isAttached = true;
      const detach = (): void => {
        if (!isAttached) return;
        isAttached = false;
        attached -= 1;
        joined.readers -= 1;
        if (joined.readers === 0 && open.get(file.id) === joined) open.delete(file.id);
      };
      return Promise.resolve({ ...joined.ticket, detach });
    },
  };
  return recall;
}

type PlayedTicket = Omit<RecallTicket, 'detach'>;

function playOne(
  producer: Producer,
  file: FileNode,
  growing: Map<FileId, FollowedReplica>,
): { readonly ticket: PlayedTicket; readonly stage: RecallStage } {
  const following = Promise.withResolvers<FollowedReplica>();
  const settled = Promise.withResolvers<FileNode>();
  for (const { promise } of [following, settled]) promise.catch(() => undefined);
  const fail = (error: Error): void => {
    growing.delete(file.id);
    following.reject(error);
    settled.reject(error);
  };
  const stage: RecallStage = {
    fail,
    async produce() {
      const sealing = await producer.start(file);
      await producer.write(sealing, producer.plaintextOf(file));
      settled.resolve(await producer.publish(file, sealing));
    },
    async grow() {
      const sealing = await producer.start(file);
      const { keyId, recipient, replicaId, validator } = sealing;
      const { storage } = producer.ports;
      const followed = followReplica({
        storage,
        growing: {
          replicaId,
          of: await producer.fileOf(file),
          validator,
          key: { keyId, recipientPublicKey: recipient.publicKey },
          plaintextSize: producer.plaintextOf(file).length,
          sealedSize: undefined,
        },
        settled: settled.promise,
      });
      growing.set(file.id, followed);
      following.resolve(followed);
      return {
        write: (plain) => producer.write(sealing, plain),
        async commit() {
          const published = await producer.publish(file, sealing);
          growing.delete(file.id);
          settled.resolve(published);
        },
        async abort(error = recallErrors.create('RECALL_ABORTED')) {
          await sealing.writer.abort();
          fail(error);
        },
      };
    },
  };
  const wait = <T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
    if (signal === undefined) return promise;
    const gone = Promise.withResolvers<never>();
    if (signal.aborted) gone.reject(signal.reason);
    signal.addEventListener('abort', () => gone.reject(signal.reason), { once: true });
    return Promise.race([promise, gone.promise]);
  };
  const ticket = {
    recallId: 1,
    following: ({ signal }: { readonly signal?: AbortSignal }) => wait(following.promise, signal),
    settled: ({ signal }: { readonly signal?: AbortSignal }) => wait(settled.promise, signal),
  };
  return { ticket, stage };
}
