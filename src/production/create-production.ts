import type { DeidentifiedInstance } from '../deid/index.ts';
import { getNumber, getUid, tag } from '../dicom/index.ts';
import { type Deidentified, derive, readDeidentified } from '../flow/index.ts';
import { present } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import type { Signer } from '../seal/index.ts';
import type { Storage } from '../storage/storage.ts';
import { gzipRecipe, niftiFormat, type VolumePlan } from '../volume/index.ts';
import { productionErrors } from './errors.ts';
import { productionLimits } from './limits.ts';
import type {
  NamedIdentifiedInstance,
  Production,
  ProductionJob,
  ProductionResult,
  ProductionTarget,
} from './production.ts';
import { SliceIntake } from './slice-intake.ts';
import { type SourceFacts, TargetFile } from './target-file.ts';
import { VolumeJob } from './volume-job.ts';
import { gzipEncoder, plainEncoder, type VoxelEncoder } from './voxel-encoder.ts';

/** A fresh private key on its way into shares. */
export interface NewKey {
  readonly keyId: string;
  readonly guid: string;
  readonly version: number;
  readonly generation: number;
  readonly collection: string;
  readonly policyId: string;
  readonly recipientPublicKey: Uint8Array;
  /** Wiped by the caller once the promise settles. */
  readonly privateKey: Uint8Array;
}

/** Where keys go: shares on at least the threshold of servers, durable when the promise resolves. */
export interface KeyDeposits {
  readonly serverNames: readonly string[];
  readonly threshold: number;
  deposit(key: NewKey): Promise<void>;
}

/** What production works with. */
export interface ProductionPorts {
  readonly storage: Storage;
  readonly deposits: KeyDeposits;
  /** The clinical side's producer key. */
  readonly signer: Signer;
  readonly clock: Clock;
  readonly random: Random;
}

/** Compose production. */
export function createProduction(ports: ProductionPorts): Production {
  return { produce: (job) => new Pass(ports, job).run() };
}

/** What of a released instance later steps need. */
interface Identity {
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly instanceUid: string;
}

/** One pass over the instances of a series. */
class Pass {
  readonly #ports: ProductionPorts;
  readonly #job: ProductionJob;
  readonly #instanceTargets: ReadonlyMap<string, ProductionTarget>;
  readonly #volumeTargets: readonly ProductionTarget[];
  readonly #missing: Set<string>;
  #volume: VolumeJob | undefined;
  #open: TargetFile | undefined;

  constructor(ports: ProductionPorts, job: ProductionJob) {
    this.#ports = ports;
    this.#job = job;
    const instances = job.targets.filter((target) => target.product === 'instance');
    this.#instanceTargets = new Map(
      instances.map((target) => [present(target.instanceName, 'instances have names'), target]),
    );
    this.#volumeTargets = job.targets.filter((target) => target.product === 'volume');
    this.#missing = new Set(job.expected.map(({ name }) => name));
    if (this.#volumeTargets.length > 0) {
      this.#volume = new VolumeJob({
        expected: job.expected,
        open: (plan) => this.#openEncoders(plan),
      });
    }
  }

  async *run(): AsyncGenerator<ProductionResult> {
    try {
      yield* this.#takeAll();
    } catch (error) {
      await this.#open?.abort();
      await this.#volume?.abort();
      throw error;
    }
  }

  async *#takeAll(): AsyncGenerator<ProductionResult> {
    const { expected, instances, signal } = this.#job;
    let last: { box: Deidentified<DeidentifiedInstance>; identity: Identity } | undefined;
    for await (const arrival of instances) {
      signal.throwIfAborted();
      if (!this.#missing.delete(arrival.name)) continue;
      const outcome = await this.#job.deidentifier.instance(arrival.instance, {
        subjectName: this.#job.subjectName,
      });
      if (outcome.kind === 'withheld') yield* this.#withhold(arrival, outcome.code);
      else {
        last = { box: outcome.instance, identity: identityOf(outcome.instance) };
        yield* this.#take(arrival.name, last.box, last.identity);
      }
      if (this.#volume === undefined && this.#wantsNoMore()) return;
    }
    if (this.#missing.size > 0) {
      throw productionErrors.create('PRODUCTION_INCOMPLETE', {
        context: { expected: expected.length, missing: this.#missing.size },
      });
    }
    if (last !== undefined) yield* this.#finishVolume(last.box, last.identity);
  }

  /** Whether every instance that is a target came, in a pass that makes no volume. */
  #wantsNoMore(): boolean {
    return [...this.#instanceTargets.keys()].every((name) => !this.#missing.has(name));
  }

  *#withhold(arrival: NamedIdentifiedInstance, code: string): Generator<ProductionResult> {
    const target = this.#instanceTargets.get(arrival.name);
    if (target !== undefined) yield { kind: 'refused', fileId: target.fileId, code };
    if (this.#volume !== undefined) yield* this.#refuseVolume(code);
  }

  *#refuseVolume(code: string): Generator<ProductionResult> {
    this.#volume = undefined;
    for (const { fileId } of this.#volumeTargets) yield { kind: 'refused', fileId, code };
  }

  async *#take(
    name: string,
    box: Deidentified<DeidentifiedInstance>,
    identity: Identity,
  ): AsyncGenerator<ProductionResult> {
    const target = this.#instanceTargets.get(name);
    const intake = await this.#volume?.begin(name, box);
    if (typeof intake === 'string') {
      const volume = this.#volume;
      yield* this.#refuseVolume(intake);
      await volume?.abort();
    }
    const slice = intake instanceof SliceIntake ? intake : undefined;
    if (target !== undefined) {
      this.#open = await TargetFile.open({ ports: this.#ports, job: this.#job }, target, {
        exact: undefined,
        most: instanceSizeAtMost(readDeidentified(box)),
      });
    }
    for await (const part of readDeidentified(box).parts) {
      if (this.#open !== undefined) await this.#open.write(derive(box, () => part.bytes));
      if (part.kind === 'pixel') slice?.add(part.bytes);
    }
    if (this.#open !== undefined) {
      const facts = { ...identity, expectedInstances: 1, instances: 1, recipe: [] };
      yield await this.#open.complete(facts);
      this.#open = undefined;
    }
    await slice?.end();
  }

  async *#finishVolume(
    box: Deidentified<DeidentifiedInstance>,
    identity: Identity,
  ): AsyncGenerator<ProductionResult> {
    const volume = this.#volume;
    if (volume === undefined) return;
    const refusal = await volume.finish(box);
    if (refusal !== undefined) {
      yield* this.#refuseVolume(refusal);
      return;
    }
    const { expected } = this.#job;
    const listed = expected.every(({ record }) => record !== undefined);
    for (const { file } of volume.encoders) {
      const facts: SourceFacts = {
        studyUid: identity.studyUid,
        seriesUid: identity.seriesUid,
        instanceUid: null,
        expectedInstances: listed ? expected.length : null,
        instances: expected.length,
        recipe: recipeOf(file.target),
      };
      const result = await file.complete(facts);
      yield result.kind === 'produced' ? { ...result, stackId: volume.plan?.stackId } : result;
    }
    this.#volume = undefined;
  }

  async #openEncoders(plan: VolumePlan): Promise<readonly VoxelEncoder[]> {
    const size = niftiFormat.sizeBytes(plan);
    const encoders: VoxelEncoder[] = [];
    for (const target of this.#volumeTargets) {
      const compressed = target.format === 'nii.gz';
      const file = await TargetFile.open({ ports: this.#ports, job: this.#job }, target, {
        exact: compressed ? undefined : size,
        most: compressed ? size + Math.ceil(size / 1000) + productionLimits.gzipSlackBytes : size,
      });
      encoders.push(compressed ? gzipEncoder(file) : plainEncoder(file));
    }
    return encoders;
  }
}

function recipeOf(target: ProductionTarget): SourceFacts['recipe'] {
  const format = { name: 'format', value: niftiFormat.name };
  return target.format === 'nii.gz'
    ? [format, { name: 'compression', value: gzipRecipe }]
    : [format];
}

function identityOf(box: Deidentified<DeidentifiedInstance>): Identity {
  const { header, sopInstanceUid } = readDeidentified(box);
  return {
    studyUid: getUid(header, tag.StudyInstanceUID) ?? '',
    seriesUid: getUid(header, tag.SeriesInstanceUID) ?? '',
    instanceUid: sopInstanceUid,
  };
}

/** Space to set aside for an instance whose size is not known: its pixels as if native, and a header. */
function instanceSizeAtMost({ header }: DeidentifiedInstance): number {
  const number = (which: number): number => getNumber(header, which) ?? 1;
  const bits = number(tag.BitsAllocated) * number(tag.SamplesPerPixel);
  const pixels = number(tag.Rows) * number(tag.Columns) * number(tag.NumberOfFrames);
  const bytes = Math.ceil((pixels * bits) / 8) + productionLimits.headerAllowanceBytes;
  return Math.min(bytes, productionLimits.instanceBytesMax);
}
