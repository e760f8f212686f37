import type { Deidentified } from '../flow/index.ts';
import { equalBytes, toHex } from '../lib/bytes/bytes.ts';
import {
  type ProductionStatement,
  type SealSummary,
  type StatementBytes,
  sealedSizeOf,
  signBatch,
  statementBytes,
  type VersionStatement,
} from '../seal/index.ts';
import type { Reservation } from '../storage/storage.ts';
import type { ProductionPorts } from './create-production.ts';
import { generation, type KeyRing, type NextVersion, type TargetKey } from './key-ring.ts';
import type {
  ExistingVersion,
  ProducedReplica,
  ProductionJob,
  ProductionResult,
  ProductionTarget,
  SourceStatement,
} from './production.ts';
import { SealedFile } from './sealed-file.ts';

/** What the receipt says of where the content came from. */
export interface SourceFacts {
  readonly source: SourceStatement;
  /** Instances that came and were used. */
  readonly instances: number;
  /** Objects of the series that hold no image, and so are no part of a volume. */
  readonly withoutImage: number;
  readonly studyUid: string;
  readonly seriesUid: string;
  /** Null for a file made of several instances. */
  readonly instanceUid: string | null;
  /** How many stacks the series has; null where that is not known, or no matter of the file. */
  readonly stacks: number | null;
  /** Format and settings, beside the profile's. */
  readonly recipe: readonly { readonly name: string; readonly value: string }[];
}

/** What is known of a file's size before it is made. */
export interface ExpectedSize {
  /** The plaintext size, where it is certain. */
  readonly exact: number | undefined;
  /** More than this is not expected; so much space is set aside. */
  readonly most: number;
  /** Readers may follow it: nothing in the rest of the source can withhold what was written. */
  readonly mayGrowInSight: boolean;
}

/** What all files of a pass are made with. */
export interface PassContext {
  readonly ports: ProductionPorts;
  readonly job: ProductionJob;
  readonly keys: KeyRing;
}

/** A target, and the name that its file has in its series. */
export interface NamedTarget {
  readonly target: ProductionTarget;
  readonly name: string;
}

/** One target being made: its key, its sealed file and, at the end, its receipts. */
export class TargetFile {
  readonly target: ProductionTarget;
  /** The name that it has in its series. */
  readonly name: string;
  readonly #ports: ProductionPorts;
  readonly #job: ProductionJob;
  readonly #next: NextVersion;
  readonly #key: TargetKey;
  /** Of the version that this becomes; dies with it where it does not. */
  readonly #validator: string;
  readonly #file: SealedFile;
  readonly #reservation: Reservation;

  private constructor(
    context: PassContext,
    wanted: NamedTarget,
    made: {
      readonly next: NextVersion;
      readonly key: TargetKey;
      readonly file: SealedFile;
      readonly reservation: Reservation;
    },
  ) {
    this.#ports = context.ports;
    this.#job = context.job;
    this.target = wanted.target;
    this.name = wanted.name;
    this.#next = made.next;
    this.#key = made.key;
    this.#validator = toHex(context.ports.random.bytes(16));
    this.#file = made.file;
    this.#reservation = made.reservation;
  }

  /**
   * Reserve space, make the key and deposit its shares, start the replica.
   * @throws STORAGE_FULL, KEYS_QUORUM
   */
  static async open(
    context: PassContext,
    wanted: NamedTarget,
    size: ExpectedSize,
  ): Promise<TargetFile> {
    const { ports, job, keys } = context;
    const { existing } = wanted.target;
    const reservation = await job.reserve(sealedSizeOf(size.exact ?? size.most));
    try {
      const next = await keys.next(wanted.name);
      const key = existing === undefined ? await keys.take(wanted.name) : keyOf(existing);
      const { recipientPublicKey } = key;
      const { storage, sealer, random } = ports;
      const sealing = { storage, sealer, random, recipientPublicKey, reservation };
      const file = await SealedFile.create(sealing);
      const opened = new TargetFile(context, wanted, { next, key, file, reservation });
      if (existing === undefined && size.mayGrowInSight) opened.#announce(size.exact);
      return opened;
    } catch (error) {
      reservation.release();
      throw error;
    }
  }

  write(plain: Deidentified<Uint8Array>): Promise<void> {
    return this.#file.write(plain);
  }

  /** Seal the rest, sign for it, make all of it durable: the last step, so that none fails after it. */
  async complete(facts: SourceFacts): Promise<ProductionResult> {
    const summary = await this.#file.end();
    const { existing, fileId } = this.target;
    if (existing !== undefined && !isSameContent(existing, summary)) {
      await this.abort();
      return { kind: 'changed', fileId };
    }
    const { version, production } =
      existing === undefined
        ? await this.#stateVersion(summary, facts)
        : await this.#stateProduction(summary, existing);
    const replica: ProducedReplica = {
      id: this.#file.replicaId,
      storage: this.#ports.storage.name,
      sealedSize: summary.sealedSize,
      sealedSha256: toHex(summary.sealedSha256),
      production,
    };
    await this.#file.commit();
    this.#reservation.release();
    return { kind: 'produced', fileId, version, replica };
  }

  /** Followers fail, the bytes are deleted, the space is free. Never throws; too late after `complete`. */
  async abort(): Promise<void> {
    await this.#file.abort();
    this.#reservation.release();
  }

  /** Readers may follow: the shares are durable. A repeated production is compared first, whole. */
  #announce(plaintextSize: number | undefined): void {
    this.#job.onGrowing(this.target.fileId, {
      replicaId: this.#file.replicaId,
      of: { ...this.#next.of, version: this.#next.number },
      validator: this.#validator,
      key: this.#key,
      plaintextSize,
      sealedSize: plaintextSize === undefined ? undefined : sealedSizeOf(plaintextSize),
    });
  }

  /** State a version and its first production, under one signature. */
  async #stateVersion(summary: SealSummary, facts: SourceFacts): Promise<Stated> {
    const { of, number } = this.#next;
    const { keyId, recipientPublicKey } = this.#key;
    const version = statementBytes(this.#versionOf(summary, facts));
    const production = statementBytes(this.#productionOf(summary, { of, number, version }));
    await this.#job.files.take(this.name, number);
    const [receipt = '', made = ''] = await this.#sign([version, production]);
    return {
      version: {
        guid: of.guid,
        number,
        validator: this.#validator,
        keyId,
        recipientPublicKey,
        plaintextSize: summary.plaintextSize,
        sha256: toHex(summary.plaintextSha256),
        segmentDigests: summary.segmentDigests,
        receipt,
      },
      production: made,
    };
  }

  /** State one more production of a version. */
  async #stateProduction(
    summary: SealSummary,
    { version, versionDigest }: ExistingVersion,
  ): Promise<Stated> {
    const of = { ...this.#next.of, guid: version.guid };
    const number = version.version;
    const about = { of, number, version: { digest: versionDigest } };
    const [production = ''] = await this.#sign([
      statementBytes(this.#productionOf(summary, about)),
    ]);
    return { version: { guid: version.guid, number }, production };
  }

  #sign(statements: readonly StatementBytes[]): Promise<readonly string[]> {
    const { signer, random, clock } = this.#ports;
    const { site, collection } = this.#job;
    return signBatch(statements, { site, collection, timeMs: clock.nowMs(), signer, random });
  }

  #versionOf(summary: SealSummary, facts: SourceFacts): VersionStatement {
    const { deposits } = this.#ports;
    const { recipe } = this.#job.deidentifier;
    const { of, number } = this.#next;
    return {
      format: 'mdm-version-statement',
      formatVersion: 2,
      ...of,
      stacks: facts.stacks,
      version: number,
      generation,
      keyId: this.#key.keyId,
      recipientPublicKey: Buffer.from(this.#key.recipientPublicKey).toString('base64url'),
      keyServers: deposits.serverNames,
      threshold: deposits.threshold,
      plaintextSize: summary.plaintextSize,
      plaintextSha256: toHex(summary.plaintextSha256),
      segmentRoot: toHex(summary.segmentRoot),
      source: sourceCountsOf(facts),
      uids: { study: facts.studyUid, series: facts.seriesUid, instance: facts.instanceUid },
      recipe: [
        { name: 'profile', value: recipe.profile },
        { name: 'profile-digest', value: recipe.digest },
        ...facts.recipe,
      ],
      time: this.#now(),
    };
  }

  #productionOf(
    summary: SealSummary,
    about: NextVersion & { readonly version: { readonly digest: string } },
  ): ProductionStatement {
    return {
      format: 'mdm-production-statement',
      formatVersion: 2,
      ...about.of,
      versionDigest: about.version.digest,
      version: about.number,
      generation,
      productionId: this.#file.replicaId,
      headerDigest: toHex(summary.headerDigest),
      segmentCount: summary.segmentCount,
      sealedSize: summary.sealedSize,
      sealedSha256: toHex(summary.sealedSha256),
      time: this.#now(),
    };
  }

  #now(): string {
    return new Date(this.#ports.clock.nowMs()).toISOString();
  }
}

/** What was signed. */
interface Stated {
  readonly version: Extract<ProductionResult, { kind: 'produced' }>['version'];
  /** Receipt of the production. */
  readonly production: string;
}

function keyOf({ version }: ExistingVersion): TargetKey {
  const { keyId, recipientPublicKey } = version;
  return { keyId, recipientPublicKey: Buffer.from(recipientPublicKey, 'base64url') };
}

function sourceCountsOf({
  source,
  instances,
  withoutImage,
}: SourceFacts): VersionStatement['source'] {
  const { listed, counted, unconfirmed } = source;
  return {
    expectedInstances: listed,
    countedInstances: counted,
    instances,
    withoutImage,
    completeness: unconfirmed === undefined ? 'verified' : 'unverified',
    reason: unconfirmed ?? null,
  };
}

function isSameContent(existing: ExistingVersion, summary: SealSummary): boolean {
  return (
    existing.version.plaintextSize === summary.plaintextSize &&
    equalBytes(existing.segmentDigests, summary.segmentDigests)
  );
}
