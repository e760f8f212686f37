import type { Deidentified } from '../flow/index.ts';
import { volumeStem } from '../keys/index.ts';
import { equalBytes, toHex } from '../lib/bytes/bytes.ts';
import {
  newRecipientKeyPair,
  type SealSummary,
  sealedSizeOf,
  signReceipt,
  statementDigestOf,
  type VersionReceipt,
  wipe,
} from '../seal/index.ts';
import type { Reservation } from '../storage/storage.ts';
import type { ProductionPorts } from './create-production.ts';
import type {
  ProducedReplica,
  ProducedVersion,
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

interface TargetKey {
  readonly keyId: string;
  readonly recipientPublicKey: Uint8Array;
}

const generation = 1;

/** One target being made: its key, its sealed file and, at the end, its receipts. */
export class TargetFile {
  readonly target: ProductionTarget;
  readonly #ports: ProductionPorts;
  readonly #job: ProductionJob;
  readonly #key: TargetKey;
  /** Of the version that this becomes; dies with it where it does not. */
  readonly #validator: string;
  readonly #file: SealedFile;
  readonly #reservation: Reservation;

  private constructor(
    context: { readonly ports: ProductionPorts; readonly job: ProductionJob },
    target: ProductionTarget,
    made: {
      readonly key: TargetKey;
      readonly file: SealedFile;
      readonly reservation: Reservation;
    },
  ) {
    this.#ports = context.ports;
    this.#job = context.job;
    this.target = target;
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
    context: { readonly ports: ProductionPorts; readonly job: ProductionJob },
    target: ProductionTarget,
    size: ExpectedSize,
  ): Promise<TargetFile> {
    const { ports, job } = context;
    const reservation = await job.reserve(sealedSizeOf(size.exact ?? size.most));
    try {
      const key = target.existing ?? (await newKey(ports, job, target));
      const { recipientPublicKey } = key;
      const { storage, sealer, random } = ports;
      const sealing = { storage, sealer, random, recipientPublicKey, reservation };
      const file = await SealedFile.create(sealing);
      const opened = new TargetFile(context, target, { key, file, reservation });
      if (target.existing === undefined && size.mayGrowInSight) opened.#announce(size.exact);
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
    const made = existing === undefined ? await this.#newVersion(summary, facts) : undefined;
    const receipt = made?.receipt ?? existing?.receipt ?? '';
    const replica: ProducedReplica = {
      id: this.#file.replicaId,
      storage: this.#ports.storage.name,
      sealedSize: summary.sealedSize,
      sealedSha256: toHex(summary.sealedSha256),
      production: await this.#productionRecord(summary, receipt),
    };
    await this.#file.commit();
    this.#reservation.release();
    const version = made ?? { number: existing?.number ?? this.target.nextVersionNumber };
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
      validator: this.#validator,
      key: this.#key,
      plaintextSize,
      sealedSize: plaintextSize === undefined ? undefined : sealedSizeOf(plaintextSize),
    });
  }

  async #newVersion(summary: SealSummary, facts: SourceFacts): Promise<ProducedVersion> {
    const { ports, key, job, target } = {
      ports: this.#ports,
      key: this.#key,
      job: this.#job,
      target: this.target,
    };
    const receipt = await signReceipt(
      {
        format: 'mdm-version-receipt',
        formatVersion: 1,
        site: job.site,
        guid: target.guid,
        version: target.nextVersionNumber,
        generation,
        keyId: key.keyId,
        recipientPublicKey: Buffer.from(key.recipientPublicKey).toString('base64url'),
        keyServers: ports.deposits.serverNames,
        threshold: ports.deposits.threshold,
        plaintextSize: summary.plaintextSize,
        plaintextSha256: toHex(summary.plaintextSha256),
        segmentRoot: toHex(summary.segmentRoot),
        source: sourceCountsOf(facts),
        uids: { study: facts.studyUid, series: facts.seriesUid, instance: facts.instanceUid },
        recipe: [
          { name: 'profile', value: job.deidentifier.recipe.profile },
          { name: 'profile-digest', value: job.deidentifier.recipe.digest },
          ...facts.recipe,
        ],
        time: new Date(ports.clock.nowMs()).toISOString(),
      },
      ports.signer,
    );
    return {
      validator: this.#validator,
      keyId: key.keyId,
      recipientPublicKey: key.recipientPublicKey,
      plaintextSize: summary.plaintextSize,
      sha256: toHex(summary.plaintextSha256),
      segmentDigests: summary.segmentDigests,
      receipt,
    };
  }

  #productionRecord(summary: SealSummary, receipt: string): Promise<string> {
    const { ports, target } = { ports: this.#ports, target: this.target };
    return signReceipt(
      {
        format: 'mdm-production-record',
        formatVersion: 1,
        receiptDigest: statementDigestOf(receipt),
        guid: target.guid,
        version: target.existing?.number ?? target.nextVersionNumber,
        generation,
        productionId: this.#file.replicaId,
        headerDigest: toHex(summary.headerDigest),
        segmentCount: summary.segmentCount,
        sealedSize: summary.sealedSize,
        sealedSha256: toHex(summary.sealedSha256),
        time: new Date(ports.clock.nowMs()).toISOString(),
      },
      ports.signer,
    );
  }
}

async function newKey(
  ports: ProductionPorts,
  job: ProductionJob,
  target: ProductionTarget,
): Promise<TargetKey> {
  const { publicKey, privateKey } = newRecipientKeyPair(ports.random);
  const keyId = toHex(ports.random.bytes(16));
  try {
    await ports.deposits.deposit({
      keyId,
      guid: target.guid,
      version: target.nextVersionNumber,
      generation,
      of: {
        collection: job.collection,
        subject: job.subjectName,
        study: job.studyName,
        series: job.seriesName,
        stem: target.instanceName ?? target.stackName ?? volumeStem,
      },
      policyId: job.policyId,
      recipientPublicKey: publicKey,
      privateKey,
    });
  } finally {
    wipe(privateKey);
  }
  return { keyId, recipientPublicKey: publicKey };
}

function sourceCountsOf({
  source,
  instances,
  withoutImage,
}: SourceFacts): VersionReceipt['source'] {
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

function isSameContent(
  existing: NonNullable<ProductionTarget['existing']>,
  summary: SealSummary,
): boolean {
  return (
    existing.plaintextSize === summary.plaintextSize &&
    equalBytes(existing.segmentDigests, summary.segmentDigests)
  );
}
