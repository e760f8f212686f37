import {
  type DeidentifiedInstance,
  deidErrors,
  type SeriesDeidentifier,
  safeFactsOf,
  type WithheldImage,
} from '../deid/index.ts';
import { AcquisitionTally } from '../facts/index.ts';
import { type Deidentified, readDeidentified } from '../flow/index.ts';
import { assert, present } from '../lib/assert.ts';
import type { ProductionPorts } from './create-production.ts';
import { productionErrors } from './errors.ts';
import type { FrameIntake } from './frame-intake.ts';
import { InstanceFiles, type InstanceWish } from './instance-files.ts';
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

type ReleasedInstance = Deidentified<DeidentifiedInstance>;

/** One pass over the instances of a series. */
export class Pass {
  readonly #ports: ProductionPorts;
  readonly #job: ProductionJob;
  readonly #deidentifier: SeriesDeidentifier;
  readonly #wishes: ReadonlyMap<string, InstanceWish>;
  readonly #missing: Set<string>;
  readonly #stacks: StackFiles | undefined;
  /** What is wanted of the instance that passes. */
  #open: InstanceFiles | undefined;
  readonly #sliced: SlicedInstance[] = [];
  readonly #acquisition = new AcquisitionTally();

  constructor(ports: ProductionPorts, job: ProductionJob) {
    this.#ports = ports;
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
    if (wanted.length > 0) this.#stacks = new StackFiles(ports, job, wanted);
  }

  async *run(): AsyncGenerator<ProductionResult> {
    try {
      yield* this.#takeAll();
      const isWhole = this.#job.source !== undefined && this.#missing.size === 0;
      const acquisition = isWhole ? this.#acquisition.group : undefined;
      const facts: ProductionResult = { kind: 'facts', facts: safeFactsOf({ acquisition }) };
      if (this.#stacks !== undefined) yield* this.#stacks.finish({ acquisition, facts });
      else if (isWhole) yield facts;
      if (this.#sliced.length > 0) yield { kind: 'sliced', instances: this.#sliced };
    } finally {
      // Also when the caller leaves: what is complete stays, the rest goes with its space.
      await this.#open?.abort();
      await this.#stacks?.abort();
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
      const context = { ports: this.#ports, job: this.#job };
      this.#open = await InstanceFiles.open(context, box, wish);
    }
    try {
      await this.#pass(box, intake);
    } catch (error) {
      if (!deidErrors.has(error)) throw error;
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
  async #pass(box: ReleasedInstance, intake: FrameIntake | undefined): Promise<void> {
    const open = this.#open;
    const what = open?.isWhole === true ? 'file' : 'pixels';
    for await (const part of readDeidentified(box).read(what)) {
      if (open === undefined && this.#stacks === undefined) return;
      await open?.write(part.bytes);
      if (part.kind === 'frame') {
        await open?.frame(part.bytes);
        await intake?.addFrame(part.bytes);
      }
      if (part.kind !== 'pixel') continue;
      await open?.pixels(part.bytes);
      await intake?.addPixels(part.bytes);
    }
  }

  /** An instance cannot leave: its file is refused, and every volume that it could be of. */
  async *#withhold(
    name: string,
    code: string,
    image: WithheldImage,
  ): AsyncGenerator<ProductionResult> {
    if (code !== 'DEID_NO_IMAGE') this.#acquisition.addUnknown();
    const open = this.#open;
    this.#open = undefined;
    await open?.abort();
    const wish = this.#wishes.get(name);
    const targets = [...(wish?.whole === undefined ? [] : [wish.whole]), ...(wish?.slices ?? [])];
    for (const { fileId } of targets) yield { kind: 'refused', fileId, code };
    await this.#stacks?.withhold(name, { code, image });
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
