import { type DeidentifiedInstance, deidErrors } from '../deid/index.ts';
import { getUid, tag } from '../dicom/index.ts';
import { holdsNoImage, knownValue, valueOr } from '../facts/index.ts';
import { type Deidentified, readDeidentified } from '../flow/index.ts';
import { assert, present } from '../lib/assert.ts';
import {
  checkSlice,
  isSlice,
  niftiFormat,
  type PlanSlice,
  planFromPositions,
  planSeries,
  type SliceShape,
  type StackOutcome,
  type VolumePlan,
  volumeErrors,
} from '../volume/index.ts';
import { FrameIntake } from './frame-intake.ts';
import { FrameStore } from './frame-store.ts';
import type { ProductionLimits } from './limits.ts';
import { isSameShape, type ListedStack, listedStack } from './listed-stack.ts';
import type { ExpectedInstanceOfJob } from './production.ts';
import type { Spill } from './spill/spill-file.ts';
import type { StackEncoder } from './stack-encoder.ts';
import { StackWriter } from './stack-writer.ts';

/** A stack that can be made into files. */
export interface MadeStack {
  /** `v-<H>`. */
  readonly name: string;
  readonly plan: VolumePlan;
}

/** What a series turned out to hold. */
export interface SeriesStacks {
  readonly stacks: readonly MadeStack[];
  /** Why there is none, or not one alone, for those who asked for the one volume. */
  readonly refusal: string | undefined;
}

/** Opens the encoders of the files wanted of a stack. */
export type OpenEncoders = (
  stack: MadeStack,
  about: {
    /** Whether the shape and the place of every slice are known: else the size is none to promise. */
    readonly isSizeCertain: boolean;
    /** It is the one volume of its series, as far as is known. */
    readonly isOnly: boolean;
  },
) => Promise<readonly StackEncoder[]>;

/** What a series job works with. */
export interface SeriesJobOptions {
  readonly expected: readonly ExpectedInstanceOfJob[];
  readonly headersOnly: boolean;
  /** The name of the stack with this key. */
  readonly nameOf: (stackKey: string) => string;
  readonly open: OpenEncoders;
  /** What is written will not be the volume; the rest of the pass may still say why. */
  readonly onGivenUp: () => void;
  readonly reserve: (bytes: number) => Promise<{ release(): void }>;
  readonly spill: Spill;
  readonly limits: ProductionLimits;
}

type Instance = Deidentified<DeidentifiedInstance>;

/**
 * The volumes of a series in the making, from frames in any order; neither the bytes nor the reason
 * of a refusal depend on it.
 *
 * Where the PACS's query gives positions, the plan of the one stack stands when the header of the
 * lowest slice is there, and frames are written as they come. Where it does not, it stands when the
 * last header is known, and frames wait until then. A list only claims: at the end the plan of all
 * headers decides, whether there is a volume, and whether the one that was written is it. Once there
 * can be none, headers are still read, because the reason is that of the whole series and not of what
 * came first.
 */
export class SeriesJob {
  readonly #options: SeriesJobOptions;
  readonly #limits: ProductionLimits;
  /** Of what is listed as an image, or may be one. */
  readonly #indexByName: ReadonlyMap<string, number>;
  /** As the query gives it; undefined if it does not give all places, or none that make a stack. */
  #listed: ListedStack | undefined;
  readonly #store: FrameStore;
  readonly #headers = new Map<string, PlanSlice>();
  /** Images whose headers are yet to come. */
  readonly #awaited: Set<string>;
  readonly #derived = new Set<string>();
  /** Codes of what the headers alone do not show. */
  readonly #reasons = new Set<string>();
  /** No voxel is written any more. */
  #over = false;
  /** What the list claims. */
  #claimed: VolumePlan | undefined;
  /** By the key of each frame that is wanted; undefined while nothing is planned. */
  #writers: ReadonlyMap<string, StackWriter> | undefined;
  /** A frame-sized buffer that is free again. */
  #spare: Uint8Array | undefined;

  constructor(options: SeriesJobOptions) {
    const images = options.expected.filter((each) => !isListedWithoutImage(each));
    const { limits, reserve, spill } = options;
    this.#options = options;
    this.#limits = limits;
    this.#indexByName = new Map(images.map(({ name }, index) => [name, index]));
    this.#awaited = new Set(this.#indexByName.keys());
    this.#listed = options.headersOnly ? undefined : listedStack(images);
    const { frameMemoryBytes: memoryBytes, spillStepBytes: stepBytes } = limits;
    this.#store = new FrameStore({ memoryBytes, stepBytes, reserve, spill });
  }

  /** The stacks whose files are made, each once. */
  get writers(): readonly StackWriter[] {
    return [...new Set(this.#writers?.values())];
  }

  /** Keywords of elements that headers lacked and the length of their pixel data showed. */
  get derived(): ReadonlySet<string> {
    return this.#derived;
  }

  /** Take the header of an arriving image. Gives what its pixels go into, if they are wanted. */
  async begin(name: string, box: Instance): Promise<FrameIntake | undefined> {
    const { facts, transferSyntaxUid } = readDeidentified(box);
    const slice: PlanSlice = { facts, transferSyntaxUid };
    this.#headers.set(name, slice);
    this.#awaited.delete(name);
    for (const keyword of facts.derived) this.#derived.add(keyword);
    if (this.#over) return undefined;
    if (this.#writers === undefined) await this.#planEarly(name, slice, box);
    if (this.#claimed !== undefined && !this.#isAsClaimed(name, slice)) return this.#giveUp();
    if (!isSlice(slice)) return this.#giveUp();
    if (frameBytesOf(slice) > this.#limits.frameBytesMax) return this.#giveUp('VOLUME_TOO_LARGE');
    if (this.#writers === undefined && this.#awaited.size === 0) await this.#planAll(box);
    return this.#intakeOf(name, slice, box);
  }

  /** The instance is at its end. */
  async end(intake: FrameIntake): Promise<void> {
    if (!this.#over && !(await intake.end())) await this.#giveUp('VOLUME_PIXEL_LENGTH');
  }

  /** An image of the series may not leave, or broke while it was read. */
  async withhold(name: string, code: string): Promise<void> {
    this.#awaited.delete(name);
    await this.#giveUp(code);
  }

  /** An object turned out to hold no image. */
  pass(name: string): void {
    this.#awaited.delete(name);
  }

  /** All that can come came: what the series holds. The files of its stacks are whole, those wanted. */
  async finish(source: Deidentified<unknown> | undefined): Promise<SeriesStacks> {
    const outcomes = planSeries(this.#ordered().map(([, slice]) => slice));
    const withheld = withheldCodes.find((code) => this.#reasons.has(code));
    if (withheld !== undefined) return { stacks: [], refusal: withheld };
    if (outcomes.length === 0 || source === undefined) {
      return { stacks: [], refusal: 'DEID_NO_IMAGE' };
    }
    const made = this.#stacksOf(outcomes);
    if (made.stacks.length === 0) return made;
    const [reason] = [...this.#reasons].toSorted();
    if (reason !== undefined) return { stacks: [], refusal: reason };
    if (this.#claimed !== undefined && !this.#isClaimTrue(outcomes)) {
      await this.#giveUp();
      return { stacks: [], refusal: 'VOLUME_NOT_AS_LISTED' };
    }
    if (this.#writers === undefined) await this.#start(made.stacks, outcomes, source);
    for (const writer of this.writers) {
      await writer.drain(source);
      assert(writer.isComplete, 'every frame was written');
      for (const encoder of writer.encoders) await encoder.end();
    }
    return made;
  }

  /** Give up what is not complete. Never throws. */
  async abort(): Promise<void> {
    for (const writer of this.writers) await writer.abort();
    await this.#store.close();
  }

  #intakeOf(name: string, slice: PlanSlice, box: Instance): FrameIntake | undefined {
    const length = frameBytesOf(slice);
    const key = keyOf(name, 0);
    const isWanted = this.#writers === undefined || this.#writers.has(key);
    if (!isWanted || length === 0) return undefined;
    const spare = this.#spare?.length === length ? this.#spare : undefined;
    this.#spare = undefined;
    return new FrameIntake({
      frames: valueOr(slice.facts.frames, 1) ?? 1,
      buffer: spare ?? new Uint8Array(length),
      takeFrame: (index, pixels) => this.#take(box, keyOf(name, index), pixels),
    });
  }

  async #take(source: Instance, key: string, pixels: Uint8Array): Promise<Uint8Array | undefined> {
    if (this.#over) return pixels;
    const writer = this.#writers?.get(key);
    if (this.#writers !== undefined && writer === undefined) return pixels;
    const fate =
      writer === undefined
        ? await this.#store.put(key, pixels)
        : await writer.arrived(source, { key, pixels });
    if (fate === 'copied') this.#spare = pixels;
    return fate === 'copied' ? pixels : undefined;
  }

  async #planEarly(name: string, slice: PlanSlice, box: Instance): Promise<void> {
    const listed = this.#listed;
    if (listed === undefined) return;
    const outcome = planFromPositions(listed.positions, slice);
    // What the list claims makes no stack: the headers will say whether there is one.
    if (!outcome.ok || !isOfShape(outcome.value, listed.shape)) this.#listed = undefined;
    const index = this.#indexByName.get(name);
    if (!outcome.ok || this.#listed === undefined || index === undefined) return;
    // Directions may differ in their last digits: the lowest slice gives them, whatever came first.
    const plan = outcome.value;
    if (plan.placeOf[index] !== 0) return;
    this.#claimed = plan;
    const early = [...this.#headers].filter(([other]) => other !== name);
    if (early.some(([other, header]) => !this.#isAsClaimed(other, header))) return this.#giveUp();
    const names = [...this.#indexByName.keys()];
    const stack = { name: this.#options.nameOf(plan.stackKey), plan };
    const isSizeCertain = listed.shape !== undefined;
    const encoders = await this.#options.open(stack, { isSizeCertain, isOnly: true });
    this.#writers = this.#writersOf([{ plan, names, encoders }]);
    for (const writer of this.writers) await writer.drain(box);
  }

  /** Whether a header says of its slice what the list claims. */
  #isAsClaimed(name: string, slice: PlanSlice): boolean {
    const index = this.#indexByName.get(name);
    const plan = this.#claimed;
    return (
      plan !== undefined && index !== undefined && checkSlice(plan, index, slice) === undefined
    );
  }

  #isClaimTrue(outcomes: readonly StackOutcome[]): boolean {
    const [only, another] = outcomes;
    if (this.#over || only === undefined || another !== undefined || !only.outcome.ok) return false;
    return isSame(present(this.#claimed, 'a claimed plan'), only.outcome.value);
  }

  /** Plan by the headers, all of which are here; the pixels of the last image are yet to come. */
  async #planAll(source: Deidentified<unknown>): Promise<void> {
    if (this.#reasons.size > 0) return;
    const outcomes = planSeries(this.#ordered().map(([, slice]) => slice));
    const { stacks } = this.#stacksOf(outcomes);
    if (stacks.length > 0) await this.#start(stacks, outcomes, source);
  }

  #stacksOf(outcomes: readonly StackOutcome[]): SeriesStacks {
    const stacks = outcomes.flatMap(({ outcome }) =>
      outcome.ok
        ? [{ name: this.#options.nameOf(outcome.value.stackKey), plan: outcome.value }]
        : [],
    );
    if (stacks.length > 1) return { stacks, refusal: 'VOLUME_SEVERAL_STACKS' };
    const codes = outcomes.flatMap(({ outcome }) => (outcome.ok ? [] : [outcome.code]));
    const refusal = stacks.length === 1 ? undefined : firstRefusal(codes);
    return { stacks, refusal };
  }

  async #start(
    stacks: readonly MadeStack[],
    outcomes: readonly StackOutcome[],
    source: Deidentified<unknown>,
  ): Promise<void> {
    const names = this.#ordered().map(([name]) => name);
    const made = outcomes.filter(({ outcome }) => outcome.ok);
    const opened: OpenStack[] = [];
    this.#writers = new Map();
    for (const [at, stack] of stacks.entries()) {
      const isOnly = stacks.length === 1;
      const encoders = await this.#options.open(stack, { isSizeCertain: true, isOnly });
      if (encoders.length === 0) continue;
      const ofStack = present(made[at], 'an outcome of each stack').slices;
      opened.push({
        plan: stack.plan,
        names: ofStack.map((index) => names[index] ?? ''),
        encoders,
      });
      this.#writers = this.#writersOf(opened);
    }
    this.#store.keepOnly(new Set(this.#writers.keys()));
    for (const writer of this.writers) await writer.drain(source);
  }

  #writersOf(stacks: readonly OpenStack[]): ReadonlyMap<string, StackWriter> {
    return new Map(
      stacks.flatMap(({ plan, names, encoders }) => {
        const keys = new Array<string>(names.length);
        for (const [at, name] of names.entries()) keys[plan.placeOf[at] ?? 0] = keyOf(name, 0);
        const writer = new StackWriter({ plan, keys, encoders, store: this.#store });
        return keys.map((key) => [key, writer] as const);
      }),
    );
  }

  async #giveUp(code?: string): Promise<undefined> {
    if (code !== undefined) this.#reasons.add(code);
    if (this.#over) return;
    this.#over = true;
    await this.abort();
    this.#options.onGivenUp();
  }

  /** The headers in the order of the list; what is not listed as an image comes behind. */
  #ordered(): readonly (readonly [string, PlanSlice])[] {
    const rank = (name: string): number => this.#indexByName.get(name) ?? this.#indexByName.size;
    return [...this.#headers].toSorted(([a], [b]) => rank(a) - rank(b));
  }
}

/** A stack whose files are begun. */
interface OpenStack {
  readonly plan: VolumePlan;
  /** Of the image of each of its frames, in the order of the plan's `placeOf`. */
  readonly names: readonly string[];
  readonly encoders: readonly StackEncoder[];
}

const keyOf = (name: string, frame: number): string => `${name}#${frame}`;

const precedence = Object.keys(volumeErrors.rows);

/** Of several reasons the first in the table of errors, so that none depends on what came first. */
function firstRefusal(codes: readonly string[]): string | undefined {
  return precedence.find((code) => codes.includes(code));
}

/** Reasons of single instances, in the order in which one is given; what may be repaired comes last. */
const withheldCodes: readonly string[] = [
  ...Object.keys(deidErrors.rows).filter((code) => code !== 'DEID_MALFORMED'),
  'DEID_MALFORMED',
];

/** Whether two plans of the same slices make the same file. */
function isSame(a: VolumePlan, b: VolumePlan): boolean {
  const [one, other] = [a, b].map((plan) => Buffer.from(niftiFormat.header(plan)));
  return one?.equals(present(other, 'two headers')) === true && sameNumbers(a.placeOf, b.placeOf);
}

const sameNumbers = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, index) => value === b[index]);

/** The list calls it an object that holds no image; what comes under its name decides. */
export function isListedWithoutImage({ record }: ExpectedInstanceOfJob): boolean {
  return record !== undefined && holdsNoImage(getUid(readDeidentified(record), tag.SOPClassUID));
}

/** Whether a plan is of the shape that the list claims, if it claims one. */
function isOfShape({ rows, columns, format }: VolumePlan, shape: SliceShape | undefined): boolean {
  const { bitsAllocated } = format;
  return shape === undefined || isSameShape(shape, { rows, columns, bitsAllocated });
}

/** Bytes of one frame of native pixels, as a header declares it; 0 where it declares none. */
function frameBytesOf({ facts }: PlanSlice): number {
  const { rows, columns, bitsAllocated } = facts;
  return [columns, bitsAllocated].reduce(
    (product, given) => product * (knownValue(given) ?? 0),
    (knownValue(rows) ?? 0) / 8,
  );
}
