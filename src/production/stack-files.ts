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
import { stackFileName } from './file-name.ts';
import type { FrameIntake } from './frame-intake.ts';
import { productionLimits } from './limits.ts';
import type {
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
import type { KnownStack, MadeStack, NamedRefusal, SeriesStacks } from './series-stacks.ts';
import { derivedRecipe, identityOf } from './source-facts.ts';
import { gzipEncoder, plainEncoder, type StackEncoder } from './stack-encoder.ts';
import {
  correctionOf,
  isOfRefused,
  refusalOf,
  refusedStackOf,
  stackOf,
} from './stack-of-target.ts';
import { type PassContext, TargetFile } from './target-file.ts';
import type { WantedFile } from './wanted-file.ts';
import type { Withheld } from './withheld-images.ts';

/** What all headers of a series prove. */
export interface KnownSeries {
  readonly acquisition: AcquisitionGroup | undefined;
  readonly facts: ProductionResult;
}

/** The files that a pass makes of the stacks of its series. */
export class StackFiles {
  readonly #context: PassContext;
  readonly #wanted: readonly WantedFile[];
  readonly #series: SeriesJob;
  #last: Deidentified<DeidentifiedInstance> | undefined;
  /** Objects of the series that hold no image: no part of a volume. */
  #withoutImage = 0;
  /** Those of them that the archive lists as such and did not send. */
  #unsent = 0;

  /** @param options `drain`: every compressed frame that came has its turn */
  constructor(
    context: PassContext,
    { wanted, drain }: { wanted: readonly WantedFile[]; drain: () => Promise<void> },
  ) {
    const { ports, job } = context;
    this.#context = context;
    this.#wanted = wanted;
    this.#series = new SeriesJob({
      expected: job.expected,
      headersOnly: job.headersOnly,
      wantsVoxels: wanted.some(({ product }) => product.voxels !== 'none'),
      corrections: new Set(wanted.flatMap(({ product }) => correctionOf(product) ?? [])),
      nameOf: (stackKey) =>
        job.deidentifier.stackName(job.seriesName, stackKey) + stackSuffixOf(stackKey),
      open: (stack, about) => this.#openEncoders(stack, about),
      onGivenUp: () => {
        for (const { target } of wanted) job.onGivenUp(target.fileId);
      },
      reserve: job.reserve,
      spill: ports.spill,
      drain,
      clock: ports.clock,
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
    if (series.isProven) yield { kind: 'stacks', stacks: stacksOf(series) };
    yield known.facts;
    this.#context.keys.make(this.#textNames(series));
    for (const { target, product } of this.#wanted) {
      yield product.voxels === 'none'
        ? await this.#writeText({ target, product }, series)
        : await this.#endVoxels({ target, product }, series);
    }
  }

  /** Names of the texts that will be written; voxels have their keys since they began. */
  #textNames(series: SeriesStacks): readonly string[] {
    return this.#wanted.flatMap(({ target, product }) => {
      if (product.voxels !== 'none' || target.existing !== undefined) return [];
      const stack =
        stackOf({ target, product }, series) ?? refusedStackOf({ target, product }, series);
      return stack === undefined ? [] : [stackFileName(stack.name, target)];
    });
  }

  /** Give up what is not complete. Never throws. */
  abort(): Promise<void> {
    return this.#series.abort();
  }

  /** What was written while frames came, if it is of a stack that there is. */
  async #endVoxels(
    { target, product }: WantedFile,
    series: SeriesStacks,
  ): Promise<ProductionResult> {
    const encoders = this.#series.writers.flatMap((writer) => writer.encoders);
    const encoder = encoders.find(({ file }) => file.target === target);
    const stack = stackOf({ target, product }, series);
    if (encoder !== undefined && stack !== undefined) {
      if (encoder.file.name === stackFileName(stack.name, target)) {
        return this.#complete(encoder.file, product, contentOf(stack.described, series));
      }
      await encoder.abort();
      return { kind: 'refused', fileId: target.fileId, code: 'VOLUME_NOT_AS_LISTED' };
    }
    await encoder?.abort();
    return { kind: 'refused', fileId: target.fileId, code: refusalOf({ target, product }, series) };
  }

  /** The whole file at once: all that it is made of is known. */
  async #writeText(
    { target, product }: WantedText,
    series: SeriesStacks,
  ): Promise<ProductionResult> {
    const written = textFor({ target, product }, series);
    if (written === undefined) {
      return {
        kind: 'refused',
        fileId: target.fileId,
        code: refusalOf({ target, product }, series),
      };
    }
    const bytes = new TextEncoder().encode(written.text);
    const wanted = { target, name: stackFileName(written.stackName, target) };
    const file = await TargetFile.open(this.#context, wanted, {
      exact: bytes.length,
      most: bytes.length,
      mayGrowInSight: true,
    });
    try {
      await file.write(derive(present(this.#last, 'a stack has slices'), () => bytes));
      return await this.#complete(file, product, written.content);
    } catch (error) {
      await file.abort();
      throw error;
    }
  }

  async #complete(
    file: TargetFile,
    product: StackProduct,
    { instances, stacks, isDoubted }: StackContent,
  ): Promise<ProductionResult> {
    return file.complete({
      ...identityOf(present(this.#last, 'a complete stack has slices')),
      instanceUid: null,
      source: this.#sourceStatement(isDoubted),
      instances,
      withoutImage: this.#withoutImage,
      stacks,
      recipe: [...product.recipe, ...derivedRecipe(this.#series.derived)],
    });
  }

  /** What the archive said of the series; what it did not send, or may lack, is not confirmed. */
  #sourceStatement(isDoubted: boolean): SourceStatement {
    const source = present(this.#context.job.source, 'a volume is made of the whole series');
    const unsent = this.#unsent === 0 ? undefined : 'not-sent';
    const doubted = isDoubted ? 'doubted' : undefined;
    return { ...source, unconfirmed: source.unconfirmed ?? unsent ?? doubted };
  }

  /** Those of the targets that are of the stack. */
  async #openEncoders(
    stack: MadeStack,
    { isOnly, isSizeCertain }: Parameters<OpenEncoders>[1],
  ): Promise<readonly StackEncoder[]> {
    const encoders: StackEncoder[] = [];
    const isOfStack = ({ target: { stackName }, product }: WantedFile): boolean =>
      correctionOf(product) === stack.correction &&
      (stackName === undefined ? isOnly : stackName === stack.name);
    const wanted = this.#wanted.flatMap(({ target, product }) => {
      const isMade = product.voxels !== 'none' && product.has(stack.plan);
      return isMade && isOfStack({ target, product }) ? [{ target, product }] : [];
    });
    const made = wanted.filter(({ target }) => target.existing === undefined);
    this.#context.keys.make(made.map(({ target }) => stackFileName(stack.name, target)));
    try {
      for (const file of wanted) {
        encoders.push(await this.#openEncoder(file, stack, isSizeCertain));
      }
      return encoders;
    } catch (error) {
      for (const encoder of encoders) await encoder.abort();
      throw error;
    }
  }

  async #openEncoder(
    { target, product }: { readonly target: ProductionTarget; readonly product: VoxelProduct },
    { name, plan }: MadeStack,
    isSizeCertain: boolean,
  ): Promise<StackEncoder> {
    const head = product.head(plan);
    const size = head.length + bodyBytesOf(product, plan);
    const isPacked = product.voxels === 'gzip';
    const slack = Math.ceil(size / 1000) + productionLimits.gzipSlackBytes;
    const wanted = { target, name: stackFileName(name, target) };
    const file = await TargetFile.open(this.#context, wanted, {
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

/** A text that is wanted of a stack. */
interface WantedText extends WantedFile {
  readonly product: TextProduct;
}

/** What a receipt says of what a file was made of. */
interface StackContent {
  readonly instances: number;
  /** Of the series; null where not all are known. */
  readonly stacks: number | null;
  readonly isDoubted: boolean;
}

function contentOf(described: DescribedStack, series: SeriesStacks): StackContent {
  return {
    instances: described.slices.length,
    stacks: countOf(series),
    isDoubted: doubtsOf(described).length > 0,
  };
}

function countOf({ stacks, refused, isAlone, isProven }: SeriesStacks): number | null {
  if (isAlone) return 1;
  return isProven ? stacks.length + refused.length : null;
}

/** What a text says of the stack that its target is of; undefined where it says nothing. */
function textFor(
  wanted: WantedText,
  series: SeriesStacks,
):
  | { readonly text: string; readonly stackName: string; readonly content: StackContent }
  | undefined {
  const { product } = wanted;
  const stack = stackOf(wanted, series);
  if (stack !== undefined && product.has(stack.described)) {
    const { described, name } = stack;
    return {
      text: product.text(described),
      stackName: name,
      content: contentOf(described, series),
    };
  }
  const refusal = refusedStackOf(wanted, series);
  const described = refusal?.described;
  const text = described === undefined ? undefined : product.textOfRefused?.(described);
  if (refusal === undefined || described === undefined || text === undefined) return undefined;
  const instances = described.slices.length;
  const content = { instances, stacks: countOf(series), isDoubted: false };
  return { text, stackName: refusal.name, content };
}

/** All stacks, those that are refused with what says why. */
function stacksOf({ stacks, refused }: SeriesStacks): readonly StackOfSeries[] {
  return [...stacks.map(madeStackOf), ...refused.map(refusedStackOfSeries)];
}

function madeStackOf({ name, plan, described }: KnownStack): StackOfSeries {
  const has = products.filter((product) => {
    if (product.of !== 'stack' || correctionOf(product) !== undefined) return false;
    return product.voxels === 'none' ? product.has(described) : product.has(plan);
  });
  return { name, products: has.map((product) => product.name), state: 'made' };
}

function refusedStackOfSeries(stack: NamedRefusal): StackOfSeries {
  if (stack.described === undefined) return { name: stack.name, products: [], state: 'pending' };
  const has = products.filter((product) => product.of === 'stack' && isOfRefused(product, stack));
  return { name: stack.name, products: has.map((product) => product.name), state: 'refused' };
}
