import type { DeidentifiedInstance } from '../deid/index.ts';
import type { AcquisitionGroup } from '../facts/index.ts';
import { type Deidentified, derive } from '../flow/index.ts';
import { present } from '../lib/assert.ts';
import {
  type DescribedStack,
  doubtsOf,
  outputTypeOf,
  stackSuffixOf,
  voxelBytesOf,
} from '../volume/index.ts';
import type { ProductionPorts } from './create-production.ts';
import type { FrameIntake } from './frame-intake.ts';
import { productionLimits } from './limits.ts';
import type {
  ProductionJob,
  ProductionResult,
  ProductionTarget,
  SourceStatement,
  StackOfSeries,
} from './production.ts';
import {
  products,
  type StackProduct,
  type TextProduct,
  type VoxelProduct,
} from './products/index.ts';
import { type OpenEncoders, SeriesJob } from './series-job.ts';
import type { KnownStack, MadeStack, SeriesStacks } from './series-stacks.ts';
import { derivedRecipe, identityOf } from './source-facts.ts';
import { gzipEncoder, plainEncoder, type StackEncoder } from './stack-encoder.ts';
import { TargetFile } from './target-file.ts';
import type { WantedFile } from './wanted-file.ts';
import type { Withheld } from './withheld-images.ts';

/** What all headers of a series prove. */
export interface KnownSeries {
  readonly acquisition: AcquisitionGroup | undefined;
  readonly facts: ProductionResult;
}

/** The files that a pass makes of the stacks of its series. */
export class StackFiles {
  readonly #ports: ProductionPorts;
  readonly #job: ProductionJob;
  readonly #wanted: readonly WantedFile[];
  readonly #series: SeriesJob;
  #last: Deidentified<DeidentifiedInstance> | undefined;
  /** Objects of the series that hold no image: no part of a volume. */
  #withoutImage = 0;
  /** Those of them that the archive lists as such and did not send. */
  #unsent = 0;

  constructor(ports: ProductionPorts, job: ProductionJob, wanted: readonly WantedFile[]) {
    this.#ports = ports;
    this.#job = job;
    this.#wanted = wanted;
    this.#series = new SeriesJob({
      expected: job.expected,
      headersOnly: job.headersOnly,
      wantsVoxels: wanted.some(({ product }) => product.voxels !== 'none'),
      nameOf: (stackKey) =>
        job.deidentifier.stackName(job.seriesName, stackKey) + stackSuffixOf(stackKey),
      open: (stack, about) => this.#openEncoders(stack, about),
      onGivenUp: () => {
        for (const { target } of wanted) job.onGivenUp(target.fileId);
      },
      reserve: job.reserve,
      spill: ports.spill,
      decoder: ports.decoder,
      limits: ports.limits ?? productionLimits,
    });
  }

  /** An instance begins; gives what its pixels go into, if they are wanted. */
  begin(name: string, box: Deidentified<DeidentifiedInstance>): Promise<FrameIntake | undefined> {
    this.#last = box;
    return this.#series.begin(name, box);
  }

  /** The instance is at its end. */
  end(intake: FrameIntake): Promise<void> {
    return this.#series.end(intake);
  }

  /** An object that holds no image was not sent: the volume lacks nothing without it. */
  unsent(name: string): void {
    this.#unsent += 1;
    this.#withoutImage += 1;
    this.#series.pass(name);
  }

  /** An instance of the series may not leave. */
  async withhold(name: string, withheld: Withheld): Promise<void> {
    if (withheld.code !== 'DEID_NO_IMAGE') return this.#series.withhold(name, withheld);
    this.#withoutImage += 1;
    this.#series.pass(name);
  }

  /** All that can come came: what the series is, then each file wanted, or why it cannot be. */
  async *finish(known: KnownSeries): AsyncGenerator<ProductionResult> {
    const series = partOf(await this.#series.finish(this.#last), known.acquisition);
    if (series.stacks.length > 0) yield { kind: 'stacks', stacks: stacksOf(series) };
    yield known.facts;
    const { writers } = this.#series;
    for (const { target, product } of this.#wanted) {
      if (product.voxels === 'none') {
        yield await this.#writeText({ target, product }, series);
        continue;
      }
      const isOfTarget = ({ file }: StackEncoder): boolean => file.target === target;
      const writer = writers.find(({ encoders }) => encoders.some(isOfTarget));
      const encoder = writer?.encoders.find(isOfTarget);
      const isMade =
        target.stackName === undefined
          ? series.refusal === undefined
          : series.stacks.some(({ name }) => name === target.stackName);
      if (writer !== undefined && encoder !== undefined && isMade) {
        const { stackKey } = writer.plan;
        const stack = series.stacks.find(({ plan }) => plan.stackKey === stackKey);
        yield await this.#complete(encoder.file, present(stack, 'a stack of the file'), product);
        continue;
      }
      await encoder?.abort();
      yield { kind: 'refused', fileId: target.fileId, code: refusalOf(target.stackName, series) };
    }
  }

  /** Give up what is not complete. Never throws. */
  abort(): Promise<void> {
    return this.#series.abort();
  }

  /** The whole file at once: all that it is made of is known. */
  async #writeText(
    { target, product }: { readonly target: ProductionTarget; readonly product: TextProduct },
    series: SeriesStacks,
  ): Promise<ProductionResult> {
    const { stackName, fileId } = target;
    const stack =
      stackName === undefined
        ? series.stacks[0]
        : series.stacks.find(({ name }) => name === stackName);
    const alone = stackName === undefined ? series.refusal : undefined;
    if (stack === undefined || alone !== undefined || !product.has(stack.described)) {
      return { kind: 'refused', fileId, code: refusalOf(stackName, series) };
    }
    const bytes = new TextEncoder().encode(product.text(stack.described));
    const file = await TargetFile.open({ ports: this.#ports, job: this.#job }, target, {
      exact: bytes.length,
      most: bytes.length,
      mayGrowInSight: true,
    });
    try {
      await file.write(derive(present(this.#last, 'a stack has slices'), () => bytes));
      return await this.#complete(file, stack, product);
    } catch (error) {
      await file.abort();
      throw error;
    }
  }

  async #complete(
    file: TargetFile,
    { plan, described }: KnownStack,
    product: StackProduct,
  ): Promise<ProductionResult> {
    return file.complete({
      ...identityOf(present(this.#last, 'a complete volume has slices')),
      instanceUid: null,
      source: this.#sourceStatement(described),
      instances: plan.slices * plan.volumes,
      withoutImage: this.#withoutImage,
      recipe: [...product.recipe, ...derivedRecipe(this.#series.derived)],
    });
  }

  /** What the archive said of the series; what it did not send, or may lack, is not confirmed. */
  #sourceStatement(described: DescribedStack): SourceStatement {
    const source = present(this.#job.source, 'a volume is made of the whole series');
    const unsent = this.#unsent === 0 ? undefined : 'not-sent';
    const doubted = doubtsOf(described).length === 0 ? undefined : 'doubted';
    return { ...source, unconfirmed: source.unconfirmed ?? unsent ?? doubted };
  }

  /** Those of the targets that are of the stack. */
  async #openEncoders(
    stack: MadeStack,
    { isOnly, isSizeCertain }: Parameters<OpenEncoders>[1],
  ): Promise<readonly StackEncoder[]> {
    const encoders: StackEncoder[] = [];
    const isOfStack = ({ stackName }: ProductionTarget): boolean =>
      stackName === undefined ? isOnly : stackName === stack.name;
    try {
      for (const { target, product } of this.#wanted) {
        if (product.voxels === 'none' || !isOfStack(target) || !product.has(stack.plan)) continue;
        encoders.push(await this.#openEncoder({ target, product }, stack, isSizeCertain));
      }
      return encoders;
    } catch (error) {
      for (const encoder of encoders) await encoder.abort();
      throw error;
    }
  }

  async #openEncoder(
    { target, product }: { readonly target: ProductionTarget; readonly product: VoxelProduct },
    { plan }: MadeStack,
    isSizeCertain: boolean,
  ): Promise<StackEncoder> {
    const head = product.head(plan);
    const size = head.length + bodyBytesOf(product, plan);
    const isPacked = product.voxels === 'gzip';
    const slack = Math.ceil(size / 1000) + productionLimits.gzipSlackBytes;
    const file = await TargetFile.open({ ports: this.#ports, job: this.#job }, target, {
      exact: isPacked || !isSizeCertain ? undefined : size,
      most: isPacked ? size + slack : size,
      mayGrowInSight: true,
    });
    const encoder = (isPacked ? gzipEncoder : plainEncoder)(file, product.values);
    await encoder.write(derive(present(this.#last, 'planned by a header'), () => head));
    return encoder;
  }
}

/** The stacks, with the acquisition of which their series is a part. */
function partOf(series: SeriesStacks, acquisition: AcquisitionGroup | undefined): SeriesStacks {
  if (acquisition === undefined) return series;
  const stacks = series.stacks.map((stack) => ({
    ...stack,
    described: { ...stack.described, acquisition },
  }));
  return { ...series, stacks };
}

function bodyBytesOf({ values }: VoxelProduct, plan: MadeStack['plan']): number {
  const sliceBytes =
    values === 'stored'
      ? voxelBytesOf(plan)
      : (plan.rows * plan.columns * outputTypeOf(plan).bits) / 8;
  return sliceBytes * plan.slices * plan.volumes;
}

/** All stacks, those that are refused without products. */
function stacksOf({ stacks, refused }: SeriesStacks): readonly StackOfSeries[] {
  return [...stacks.map(stackOf), ...refused.map(({ name }) => ({ name, products: [] }))];
}

function stackOf({ name, plan, described }: KnownStack): StackOfSeries {
  const has = products.filter((product) => {
    if (product.of !== 'stack') return false;
    return product.voxels === 'none' ? product.has(described) : product.has(plan);
  });
  return { name, products: has.map((product) => product.name) };
}

/** Why a file cannot be made: of a stack by its name, or of the one volume. */
function refusalOf(stackName: string | undefined, series: SeriesStacks): string {
  const { stacks, refused, refusal } = series;
  if (stackName === undefined) return refusal ?? 'VOLUME_NO_SUCH_FILE';
  const known = refused.find(({ name }) => name === stackName);
  if (known !== undefined) return known.code;
  if (stacks.some(({ name }) => name === stackName)) return 'VOLUME_NO_SUCH_FILE';
  return stacks.length === 0 && refusal !== undefined ? refusal : 'VOLUME_STACK_GONE';
}
