import { type DeidentifiedInstance, deidErrors } from '../deid/index.ts';
import { encodingOf, getUid, tag } from '../dicom/index.ts';
import { type Fact, valueOr } from '../facts/index.ts';
import { type Deidentified, derive, readDeidentified } from '../flow/index.ts';
import { assert, present } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import type { MdmError } from '../lib/errors/mdm-error.ts';
import type { Random } from '../lib/random.ts';
import type { Sealer, Signer } from '../seal/index.ts';
import type { Storage } from '../storage/storage.ts';
import { gzipRecipe, niftiFormat, type VolumePlan } from '../volume/index.ts';
import { productionErrors } from './errors.ts';
import { type ProductionLimits, productionLimits } from './limits.ts';
import type {
  NamedIdentifiedInstance,
  Production,
  ProductionJob,
  ProductionResult,
  ProductionTarget,
  SourceStatement,
} from './production.ts';
import { type SourceFacts, TargetFile } from './target-file.ts';
import { isListedWithoutImage, type SliceInHand, VolumeJob } from './volume-job.ts';
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
  readonly sealer: Sealer;
  readonly deposits: KeyDeposits;
  /** The clinical side's producer key. */
  readonly signer: Signer;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits?: ProductionLimits;
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

type ReleasedInstance = Deidentified<DeidentifiedInstance>;

/** One pass over the instances of a series. */
class Pass {
  readonly #ports: ProductionPorts;
  readonly #job: ProductionJob;
  readonly #instanceTargets: ReadonlyMap<string, ProductionTarget>;
  readonly #volumeTargets: readonly ProductionTarget[];
  readonly #missing: Set<string>;
  #volume: VolumeJob | undefined;
  /** The instance target being written. */
  #open: TargetFile | undefined;
  #last: ReleasedInstance | undefined;
  /** Objects of the series that hold no image: no part of a volume. */
  #withoutImage = 0;
  /** Those of them that the archive lists as such and did not send. */
  #unsent = 0;

  constructor(ports: ProductionPorts, job: ProductionJob) {
    this.#ports = ports;
    this.#job = job;
    const instances = job.targets.filter((target) => target.product === 'instance');
    this.#instanceTargets = new Map(
      instances.map((target) => [present(target.instanceName, 'instances have names'), target]),
    );
    assert(this.#instanceTargets.size === instances.length, 'an instance is a target once');
    this.#volumeTargets = job.targets.filter((target) => target.product === 'volume');
    this.#missing = new Set(job.expected.map(({ name }) => name));
    if (this.#volumeTargets.length > 0) {
      this.#volume = new VolumeJob({
        expected: job.expected,
        headersOnly: job.headersOnly,
        open: (plan, about) => this.#openEncoders(plan, about),
        onGivenUp: () => {
          for (const { fileId } of this.#volumeTargets) job.onGivenUp(fileId);
        },
        limits: ports.limits ?? productionLimits,
      });
    }
  }

  async *run(): AsyncGenerator<ProductionResult> {
    try {
      yield* this.#takeAll();
      if (this.#volume !== undefined) yield* this.#finishVolume(this.#volume);
    } finally {
      // Also when the caller leaves: what is complete stays, the rest goes with its space.
      await this.#open?.abort();
      await this.#volume?.abort();
    }
  }

  async *#takeAll(): AsyncGenerator<ProductionResult> {
    const { expected, instances, signal } = this.#job;
    for await (const arrival of instances) {
      signal.throwIfAborted();
      // A PACS may send an instance twice, or others than it was asked for.
      if (!this.#missing.delete(arrival.name)) continue;
      yield* this.#take(arrival);
      if (this.#volume === undefined && this.#wantsNoMore()) return;
    }
    signal.throwIfAborted();
    this.#passOverUnsent();
    if (this.#missing.size > 0 || expected.length === 0) {
      throw productionErrors.create('PRODUCTION_INCOMPLETE', {
        context: { expected: expected.length, missing: this.#missing.size },
      });
    }
  }

  /** Many an archive cannot send objects that hold no image: a volume lacks nothing without them. */
  #passOverUnsent(): void {
    for (const each of this.#job.expected) {
      if (this.#instanceTargets.has(each.name) || !isListedWithoutImage(each)) continue;
      if (this.#missing.delete(each.name)) this.#unsent += 1;
    }
    this.#withoutImage += this.#unsent;
  }

  /** Whether every instance that is a target came, in a pass that makes no volume. */
  #wantsNoMore(): boolean {
    return [...this.#instanceTargets.keys()].every((name) => !this.#missing.has(name));
  }

  async *#take({ name, instance }: NamedIdentifiedInstance): AsyncGenerator<ProductionResult> {
    const { deidentifier, subjectName } = this.#job;
    const outcome = await deidentifier.instance(instance, { subjectName });
    if (outcome.kind === 'withheld') {
      yield* this.#withhold(name, outcome.code);
      return;
    }
    const box = outcome.instance;
    this.#last = box;
    const slice = await this.#volume?.begin(name, box);
    const target = this.#instanceTargets.get(name);
    if (target !== undefined) this.#open = await this.#openInstance(target, box);
    try {
      await this.#pass(box, slice);
    } catch (error) {
      if (!deidErrors.has(error)) throw error;
      yield* this.#withhold(name, error.code);
      return;
    }
    yield* this.#completeInstance(box);
    if (slice !== undefined) await this.#volume?.take(slice);
  }

  /**
   * The instance goes where it is wanted; where it is not, its source is let go. For a volume it is
   * read to its end even when there can be none: the reason must not depend on what came first.
   */
  async #pass(box: ReleasedInstance, slice: SliceInHand | undefined): Promise<void> {
    const what = this.#open === undefined ? 'pixels' : 'file';
    for await (const part of readDeidentified(box).read(what)) {
      if (this.#open === undefined && this.#volume === undefined) return;
      if (this.#open !== undefined) await this.#open.write(derive(box, () => part.bytes));
      if (part.kind === 'pixel') slice?.intake.add(part.bytes);
    }
  }

  /** An instance cannot leave: its file is refused, and every volume of the series if it is an image. */
  async *#withhold(name: string, code: string): AsyncGenerator<ProductionResult> {
    const open = this.#open;
    this.#open = undefined;
    await open?.abort();
    const target = this.#instanceTargets.get(name);
    if (target !== undefined) yield { kind: 'refused', fileId: target.fileId, code };
    if (code === 'DEID_NO_IMAGE') this.#withoutImage += 1;
    else await this.#volume?.withhold(code);
  }

  #openInstance(target: ProductionTarget, box: ReleasedInstance): Promise<TargetFile> {
    const instance = readDeidentified(box);
    return TargetFile.open({ ports: this.#ports, job: this.#job }, target, {
      exact: undefined,
      most: instanceSizeAtMost(instance),
      // Compressed frames are judged one by one: the last may withhold the first.
      mayGrowInSight: !encodingOf(instance.transferSyntaxUid).encapsulated,
    });
  }

  async *#completeInstance(box: ReleasedInstance): AsyncGenerator<ProductionResult> {
    if (this.#open === undefined) return;
    const released = readDeidentified(box);
    const recipe = [...derivedRecipe(released.facts.derived), ...droppedRecipe(released.drops)];
    // One instance is whole by itself: nothing is counted.
    const source = { listed: 1, counted: null, unconfirmed: undefined };
    const facts = { ...identityOf(box), source, instances: 1, withoutImage: 0, recipe };
    const result = await this.#open.complete(facts);
    this.#open = undefined;
    yield result;
  }

  async *#finishVolume(volume: VolumeJob): AsyncGenerator<ProductionResult> {
    const refusal = await this.#refusalOf(volume);
    if (refusal !== undefined) {
      await volume.abort();
      for (const { fileId } of this.#volumeTargets) yield { ...refusal, fileId };
      return;
    }
    const box = present(this.#last, 'a complete volume has slices');
    const source = this.#sourceStatement();
    for (const { file } of volume.encoders) {
      const facts: SourceFacts = {
        ...identityOf(box),
        instanceUid: null,
        source,
        instances: present(volume.plan, 'a complete volume is planned').slices,
        withoutImage: this.#withoutImage,
        recipe: [...recipeOf(file.target), ...derivedRecipe(volume.derived)],
      };
      const result = await file.complete(facts);
      yield result.kind === 'produced' ? { ...result, stackId: volume.plan?.stackId } : result;
    }
  }

  /** What the archive said of the series; what it did not send is not confirmed. */
  #sourceStatement(): SourceStatement {
    const source = present(this.#job.source, 'a volume is made of the whole series');
    return this.#unsent === 0
      ? source
      : { ...source, unconfirmed: source.unconfirmed ?? 'not-sent' };
  }

  /** Why all volume targets fail, undefined if the volume is whole. */
  async #refusalOf(
    volume: VolumeJob,
  ): Promise<{ kind: 'refused'; code: string } | { kind: 'failed'; error: MdmError } | undefined> {
    try {
      const code = await volume.finish(this.#last);
      return code === undefined ? undefined : { kind: 'refused', code };
    } catch (error) {
      if (!productionErrors.has(error)) throw error;
      return { kind: 'failed', error };
    }
  }

  async #openEncoders(
    plan: VolumePlan,
    about: { readonly isSizeCertain: boolean },
  ): Promise<readonly VoxelEncoder[]> {
    const encoders: VoxelEncoder[] = [];
    try {
      for (const target of this.#volumeTargets)
        encoders.push(await this.#openEncoder(target, plan, about));
      return encoders;
    } catch (error) {
      for (const encoder of encoders) await encoder.abort();
      throw error;
    }
  }

  async #openEncoder(
    target: ProductionTarget,
    plan: VolumePlan,
    { isSizeCertain }: { readonly isSizeCertain: boolean },
  ): Promise<VoxelEncoder> {
    const size = niftiFormat.sizeBytes(plan);
    const compressed = target.format === 'nii.gz';
    const slack = Math.ceil(size / 1000) + productionLimits.gzipSlackBytes;
    const file = await TargetFile.open({ ports: this.#ports, job: this.#job }, target, {
      exact: compressed || !isSizeCertain ? undefined : size,
      most: compressed ? size + slack : size,
      mayGrowInSight: true,
    });
    return compressed ? gzipEncoder(file) : plainEncoder(file);
  }
}

function recipeOf(target: ProductionTarget): SourceFacts['recipe'] {
  const format = { name: 'format', value: niftiFormat.name };
  return target.format === 'nii.gz'
    ? [format, { name: 'compression', value: gzipRecipe }]
    : [format];
}

/** Counts by reason, no values: a reader sees that the header is not all that the source had. */
function droppedRecipe(drops: DeidentifiedInstance['drops']): SourceFacts['recipe'] {
  const counts = Object.entries(drops).map(([reason, count]) => `${reason} ${count}`);
  return counts.length === 0 ? [] : [{ name: 'dropped', value: counts.toSorted().join(', ') }];
}

/** What was absent from headers and taken from the length of their pixel data. */
function derivedRecipe(derived: Iterable<string>): SourceFacts['recipe'] {
  const value = [...derived].toSorted().join(',');
  return value === '' ? [] : [{ name: 'derived', value }];
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
function instanceSizeAtMost({ facts }: DeidentifiedInstance): number {
  const number = (given: Fact<number>): number => valueOr(given, 1) ?? 1;
  const bits = number(facts.bitsAllocated) * number(facts.samples);
  const pixels = number(facts.rows) * number(facts.columns) * number(facts.frames);
  const bytes = Math.ceil((pixels * bits) / 8) + productionLimits.headerAllowanceBytes;
  return Math.min(bytes, productionLimits.instanceBytesMax);
}
