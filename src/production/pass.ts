import {
  type DeidentifiedInstance,
  deidErrors,
  type FramePart,
  type SeriesDeidentifier,
  safeFactsOf,
  type WithheldImage,
} from '../deid/index.ts';
import { AcquisitionTally } from '../facts/index.ts';
import { type Deidentified, readDeidentified } from '../flow/index.ts';
import { assert, present } from '../lib/assert.ts';
import type { ProductionPorts } from './create-production.ts';
import { DecodeQueue } from './decode-queue.ts';
import { productionErrors } from './errors.ts';
import { instanceFileName, stackFileName } from './file-name.ts';
import { frameBytesOf } from './frame-bytes.ts';
import type { CodedFrameSink, FrameIntake } from './frame-intake.ts';
import { InstanceFiles, type InstanceWish } from './instance-files.ts';
import { KeyRing } from './key-ring.ts';
import { productionLimits } from './limits.ts';
import type {
  NamedIdentifiedInstance,
  ProductionJob,
  ProductionResult,
  ProductionTarget,
  SlicedInstance,
} from './production.ts';
import { productNamed } from './products/index.ts';
import { isListedWithoutImage } from './series-job.ts';
import { StackFiles } from './stack-files.ts';
import type { PassContext } from './target-file.ts';
import { undecoded } from './undecoded.ts';
import type { Withheld } from './withheld-images.ts';

type ReleasedInstance = Deidentified<DeidentifiedInstance>;

/** One pass over the instances of a series. */
export class Pass {
  readonly #context: PassContext;
  readonly #job: ProductionJob;
  readonly #deidentifier: SeriesDeidentifier;
  readonly #wishes: ReadonlyMap<string, InstanceWish>;
  readonly #missing: Set<string>;
  readonly #stacks: StackFiles | undefined;
  /** What is wanted of the instance that passes. */
  #open: InstanceFiles | undefined;
  readonly #sliced: SlicedInstance[] = [];
  readonly #acquisition = new AcquisitionTally();
  /** Compressed frames that had not their turn yet: they may turn out not to leave. */
  readonly #frames: DecodeQueue;
  /** Names of instances that may not leave. */
  readonly #withheld = new Set<string>();

  constructor(ports: ProductionPorts, job: ProductionJob) {
    this.#job = job;
    this.#deidentifier = job.deidentifier.series(job);
    const isOfInstance = ({ product }: ProductionTarget): boolean =>
      productNamed(product).of === 'instance';
    this.#wishes = wishesOf(job.targets.filter(isOfInstance));
    this.#missing = new Set(job.expected.map(({ name }) => name));
    const wanted = job.targets.flatMap((target) => {
      const product = productNamed(target.product);
      return product.of === 'stack' ? [{ target, product }] : [];
    });
    this.#frames = new DecodeQueue(ports.limits ?? productionLimits);
    const drain = (): Promise<void> => this.#frames.drain();
    const keys = new KeyRing(ports, job);
    this.#context = { ports, job, keys };
    if (wanted.length > 0) this.#stacks = new StackFiles(this.#context, { wanted, drain });
  }

  async *run(): AsyncGenerator<ProductionResult> {
    try {
      this.#context.keys.make(namesOf(this.#job.targets));
      yield* this.#takeAll();
      const isWhole = this.#job.source !== undefined && this.#missing.size === 0;
      const acquisition = isWhole ? this.#acquisition.group : undefined;
      const facts: ProductionResult = { kind: 'facts', facts: safeFactsOf({ acquisition }) };
      if (this.#stacks !== undefined) yield* this.#stacks.finish({ acquisition, facts });
      else if (isWhole) yield facts;
      if (this.#sliced.length > 0) yield { kind: 'sliced', instances: this.#sliced };
    } finally {
      // Also when the caller leaves: what is complete stays, the rest goes with its space.
      this.#frames.clear();
      await this.#open?.abort();
      await this.#stacks?.abort();
      await this.#context.keys.settle();
    }
  }

  async *#takeAll(): AsyncGenerator<ProductionResult> {
    const { expected, instances, signal } = this.#job;
    for await (const arrival of instances) {
      signal.throwIfAborted();
      // A PACS may send an instance twice, or others than it was asked for.
      if (!this.#missing.delete(arrival.name)) continue;
      yield* this.#take(arrival);
      if (this.#stacks === undefined && this.#wantsNoMore()) return;
    }
    await this.#frames.drain();
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
      if (this.#wishes.has(each.name) || !isListedWithoutImage(each)) continue;
      if (this.#missing.delete(each.name)) this.#stacks?.unsent(each.name);
    }
  }

  /** Whether every instance that is a target came, in a pass that makes no volume. */
  #wantsNoMore(): boolean {
    return [...this.#wishes.keys()].every((name) => !this.#missing.has(name));
  }

  async *#take({ name, instance }: NamedIdentifiedInstance): AsyncGenerator<ProductionResult> {
    const outcome = await this.#deidentifier.instance(instance);
    if (outcome.kind === 'withheld') {
      yield* this.#withhold(name, outcome.code, readDeidentified(outcome.image));
      return;
    }
    const box = outcome.instance;
    this.#acquisition.add(readDeidentified(box).facts);
    const intake = await this.#stacks?.begin(name, box);
    const { slices } = readDeidentified(box);
    if (slices !== undefined) this.#sliced.push({ name, slices: slices.count });
    const wish = this.#wishes.get(name);
    if (wish !== undefined) {
      this.#open = await InstanceFiles.open(this.#context, box, wish);
    }
    try {
      await this.#pass(name, box, intake);
    } catch (error) {
      if (!deidErrors.has(error)) throw error;
      // One of its frames may say something else, and came before.
      await this.#frames.drain();
      yield* this.#withhold(name, error.code, readDeidentified(box).facts);
      return;
    }
    if (this.#open !== undefined) yield* this.#open.complete();
    this.#open = undefined;
    if (intake !== undefined) await this.#stacks?.end(intake);
  }

  /**
   * The instance goes where it is wanted; where it is not, its source is let go. For a volume it is
   * read to its end even when there can be none: the reason must not depend on what came first.
   */
  async #pass(name: string, box: ReleasedInstance, intake: FrameIntake | undefined): Promise<void> {
    const open = this.#open;
    const { read, facts } = readDeidentified(box);
    const what = open?.isWhole === true ? 'file' : 'pixels';
    for await (const part of read(what, intake?.codedShape ?? open?.codedShape)) {
      if (open === undefined && this.#stacks === undefined) return;
      await open?.write(part.bytes);
      if (part.kind === 'frame') {
        // A file has what is judged; for a volume alone, that is seen to while others come.
        await open?.frame(part);
        await this.#addFrame(part, { name, image: facts, sink: intake?.nextFrame() });
      }
      if (part.kind !== 'pixel') continue;
      await open?.pixels(part.bytes);
      await intake?.addPixels(part.bytes);
    }
  }

  /** In its turn a frame goes where it is wanted, or withholds its instance; waits while too many are in work. */
  #addFrame(
    { codedBytes, pixels }: FramePart,
    of: {
      readonly name: string;
      readonly image: DeidentifiedInstance['facts'];
      readonly sink: CodedFrameSink | undefined;
    },
  ): Promise<void> {
    const { name, image, sink } = of;
    return this.#frames.add({
      bytes: codedBytes + frameBytesOf(image),
      pixels,
      take: async (made) => {
        if (made !== undefined && !this.#withheld.has(name)) await sink?.take(made);
      },
      fail: async (error) => {
        if (deidErrors.has(error)) await this.#spoil(name, { code: error.code, image });
        // Nobody wanted its pixels here; what is no such failure is a bug, and thrown.
        else if (sink === undefined) undecoded(error);
        else if (!this.#withheld.has(name)) await sink.fail(error);
      },
    });
  }

  /** An instance cannot leave: its file is refused, and every volume that it could be of. */
  async *#withhold(
    name: string,
    code: string,
    image: WithheldImage,
  ): AsyncGenerator<ProductionResult> {
    const open = this.#open;
    this.#open = undefined;
    await open?.abort();
    const wish = this.#wishes.get(name);
    const targets = [...(wish?.whole === undefined ? [] : [wish.whole]), ...(wish?.slices ?? [])];
    for (const { fileId } of targets) yield { kind: 'refused', fileId, code };
    await this.#spoil(name, { code, image });
  }

  /** An instance cannot leave: every stack lacks it that it could be of. The first reason counts. */
  async #spoil(name: string, withheld: Withheld): Promise<void> {
    if (this.#withheld.has(name)) return;
    this.#withheld.add(name);
    if (withheld.code !== 'DEID_NO_IMAGE') this.#acquisition.addUnknown();
    await this.#stacks?.withhold(name, withheld);
  }
}

/** What is wanted of each instance. */
function wishesOf(targets: readonly ProductionTarget[]): ReadonlyMap<string, InstanceWish> {
  const named = Map.groupBy(targets, ({ instanceName }) =>
    present(instanceName, 'instances have names'),
  );
  return new Map(
    [...named].map(([name, all]) => {
      const [whole, another] = all.filter(({ slice }) => slice === undefined);
      assert(another === undefined, 'an instance is a target once');
      return [name, { whole, slices: all.filter(({ slice }) => slice !== undefined) }] as const;
    }),
  );
}

/** Names of the files to be made anew, as far as they are known before anything came. */
function namesOf(targets: readonly ProductionTarget[]): readonly string[] {
  return targets.flatMap((target) => {
    if (target.existing !== undefined) return [];
    if (target.instanceName !== undefined) return [instanceFileName(target)];
    return target.stackName === undefined ? [] : [stackFileName(target.stackName, target)];
  });
}
