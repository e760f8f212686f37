import { type DeidentifiedInstance, deidErrors } from '../deid/index.ts';
import { encodingOf } from '../dicom/index.ts';
import { type Fact, valueOr } from '../facts/index.ts';
import { type Deidentified, derive, readDeidentified } from '../flow/index.ts';
import { assert, present } from '../lib/assert.ts';
import type { ProductionPorts } from './create-production.ts';
import { productionErrors } from './errors.ts';
import type { FrameIntake } from './frame-intake.ts';
import { productionLimits } from './limits.ts';
import type {
  NamedIdentifiedInstance,
  ProductionJob,
  ProductionResult,
  ProductionTarget,
} from './production.ts';
import { productNamed } from './products/index.ts';
import { isListedWithoutImage } from './series-job.ts';
import { derivedRecipe, droppedRecipe, identityOf } from './source-facts.ts';
import { StackFiles } from './stack-files.ts';
import { TargetFile } from './target-file.ts';

type ReleasedInstance = Deidentified<DeidentifiedInstance>;

/** One pass over the instances of a series. */
export class Pass {
  readonly #ports: ProductionPorts;
  readonly #job: ProductionJob;
  readonly #instanceTargets: ReadonlyMap<string, ProductionTarget>;
  readonly #missing: Set<string>;
  readonly #stacks: StackFiles | undefined;
  /** The instance target being written. */
  #open: TargetFile | undefined;

  constructor(ports: ProductionPorts, job: ProductionJob) {
    this.#ports = ports;
    this.#job = job;
    const isOfInstance = ({ product }: ProductionTarget): boolean =>
      productNamed(product).of === 'instance';
    const instances = job.targets.filter(isOfInstance);
    this.#instanceTargets = new Map(
      instances.map((target) => [present(target.instanceName, 'instances have names'), target]),
    );
    assert(this.#instanceTargets.size === instances.length, 'an instance is a target once');
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
      if (this.#stacks !== undefined) yield* this.#stacks.finish();
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
      if (this.#instanceTargets.has(each.name) || !isListedWithoutImage(each)) continue;
      if (this.#missing.delete(each.name)) this.#stacks?.unsent(each.name);
    }
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
    const intake = await this.#stacks?.begin(name, box);
    const target = this.#instanceTargets.get(name);
    const { misleads } = readDeidentified(box);
    if (target !== undefined && misleads !== undefined) {
      yield { kind: 'refused', fileId: target.fileId, code: misleads };
    } else if (target !== undefined) this.#open = await this.#openInstance(target, box);
    try {
      await this.#pass(box, intake);
    } catch (error) {
      if (!deidErrors.has(error)) throw error;
      yield* this.#withhold(name, error.code);
      return;
    }
    yield* this.#completeInstance(box);
    if (intake !== undefined) await this.#stacks?.end(intake);
  }

  /**
   * The instance goes where it is wanted; where it is not, its source is let go. For a volume it is
   * read to its end even when there can be none: the reason must not depend on what came first.
   */
  async #pass(box: ReleasedInstance, intake: FrameIntake | undefined): Promise<void> {
    const what = this.#open === undefined ? 'pixels' : 'file';
    for await (const part of readDeidentified(box).read(what)) {
      if (this.#open === undefined && this.#stacks === undefined) return;
      if (this.#open !== undefined) await this.#open.write(derive(box, () => part.bytes));
      if (part.kind === 'pixel') await intake?.add(part.bytes);
    }
  }

  /** An instance cannot leave: its file is refused, and every volume of the series if it is an image. */
  async *#withhold(name: string, code: string): AsyncGenerator<ProductionResult> {
    const open = this.#open;
    this.#open = undefined;
    await open?.abort();
    const target = this.#instanceTargets.get(name);
    if (target !== undefined) yield { kind: 'refused', fileId: target.fileId, code };
    await this.#stacks?.withhold(name, code);
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
}

/** Space to set aside for an instance whose size is not known: its pixels as if native, and a header. */
function instanceSizeAtMost({ facts }: DeidentifiedInstance): number {
  const number = (given: Fact<number>): number => valueOr(given, 1) ?? 1;
  const bits = number(facts.bitsAllocated) * number(facts.samples);
  const pixels = number(facts.rows) * number(facts.columns) * number(facts.frames);
  const bytes = Math.ceil((pixels * bits) / 8) + productionLimits.headerAllowanceBytes;
  return Math.min(bytes, productionLimits.instanceBytesMax);
}
