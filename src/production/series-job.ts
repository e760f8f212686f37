import type { DeidentifiedInstance } from '../deid/index.ts';
import { getUid, sopClass, tag } from '../dicom/index.ts';
import { holdsNoImage, type ImageFacts } from '../facts/index.ts';
import { type Deidentified, readDeidentified } from '../flow/index.ts';
import { assert, present } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import { inTurns, type Steps, Turn } from '../lib/streams/steps.ts';
import {
  checkSlice,
  isSlice,
  niftiFormat,
  type PlanSlice,
  planFromPositions,
  planInSteps,
  type SliceShape,
  type SourceSlice,
  type StackOutcome,
  slicesOf,
  type VolumePlan,
} from '../volume/index.ts';
import { frameBytesOf } from './frame-bytes.ts';
import type { FrameIntake } from './frame-intake.ts';
import { type FrameSlice, frameSlicesOf, framesOf } from './frame-slice.ts';
import { FrameStore } from './frame-store.ts';
import type { ProductionLimits } from './limits.ts';
import { isSameShape, type ListedStack, listedStack } from './listed-stack.ts';
import { openIntake } from './open-intake.ts';
import { PagePool } from './page-pool.ts';
import type { ExpectedInstanceOfJob } from './production.ts';
import {
  type MadeStack,
  nothingFor,
  type SeriesStacks,
  seriesStacks,
  volumesOf,
  withoutVoxels,
} from './series-stacks.ts';
import type { Spill } from './spill/spill-file.ts';
import type { StackEncoder } from './stack-encoder.ts';
import { type FrameHere, StackWriter } from './stack-writer.ts';
import { undecoded } from './undecoded.ts';
import { type Withheld, WithheldImages } from './withheld-images.ts';

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
  /** Whether voxels go into any file that is wanted. */
  readonly wantsVoxels: boolean;
  /** Names of the corrections by which files are wanted. */
  readonly corrections: ReadonlySet<string>;
  /** The name of the stack with this key. */
  readonly nameOf: (stackKey: string) => string;
  readonly open: OpenEncoders;
  /** What is written will not be the volume; the rest of the pass may still say why. */
  readonly onGivenUp: () => void;
  readonly reserve: (bytes: number) => Promise<{ release(): void }>;
  readonly spill: Spill;
  /** Every compressed frame that came had its turn: its pixels were taken, or it is withheld. */
  readonly drain: () => Promise<void>;
  readonly clock: Clock;
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
  readonly #headers = new Map<string, HeaderOfJob>();
  /** The stacks of these headers, where they were planned. */
  #planned: PlannedSeries | undefined;
  /** Images whose headers are yet to come. */
  readonly #awaited: Set<string>;
  readonly #derived = new Set<string>();
  readonly #withheld = new WithheldImages();
  /** Codes of what the headers alone do not show. */
  readonly #reasons = new Set<string>();
  /** No voxel is written any more. */
  #over = false;
  /** What the list claims. */
  #claimed: VolumePlan | undefined;
  /** The stacks whose files are made; undefined while nothing is planned. */
  #writers: readonly StackWriter[] | undefined;
  /** Of each frame that is wanted. */
  #wishes: ReadonlyMap<number, FrameWish> = new Map();
  /** Number of the first frame of each image. */
  readonly #firstFrames = new Map<string, number>();
  #frames = 0;
  readonly #pool: PagePool;
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
    this.#pool = new PagePool(limits);
    this.#store = new FrameStore({ memoryBytes, stepBytes, reserve, spill });
  }

  /** The stacks whose files are made, each once. */
  get writers(): readonly StackWriter[] {
    return this.#writers ?? [];
  }

  /** Keywords of elements that headers lacked and the length of their pixel data showed. */
  get derived(): ReadonlySet<string> {
    return this.#derived;
  }

  /** Take the header of an arriving image. Gives what its pixels go into, if they are wanted. */
  async begin(name: string, box: Instance): Promise<FrameIntake | undefined> {
    const { facts, transferSyntaxUid, sopInstanceUid } = readDeidentified(box);
    const slices = await inTurns(slicesOf(facts, transferSyntaxUid));
    this.#planned = undefined;
    this.#headers.set(name, { instanceUid: sopInstanceUid, slices, facts });
    this.#awaited.delete(name);
    for (const keyword of facts.derived) this.#derived.add(keyword);
    if (this.#over || !this.#options.wantsVoxels) return undefined;
    if (this.#writers === undefined) await this.#planEarly(name, slices, box);
    if (this.#claimed !== undefined && !this.#isAsClaimed(name, slices)) return this.#giveUp();
    if (frameBytesOf(facts) > this.#limits.frameBytesMax) return this.#giveUp('VOLUME_TOO_LARGE');
    if (this.#writers === undefined && this.#awaited.size === 0) await this.#planAll(box);
    return this.#intakeOf(name, slices, box);
  }

  /** The instance is at its end. */
  async end(intake: FrameIntake): Promise<void> {
    if (!this.#over && !(await intake.end())) await this.#giveUp('VOLUME_PIXEL_LENGTH');
  }

  /**
   * An image of the series may not leave, or broke while it was read. It refuses the stacks that it
   * could be of; where voxels are written already, those of which it was a slice.
   */
  async withhold(name: string, withheld: Withheld): Promise<void> {
    this.#awaited.delete(name);
    this.#withheld.add(withheld);
    const header = this.#headers.get(name);
    this.#headers.delete(name);
    this.#planned = undefined;
    if (this.#claimed !== undefined) await this.#giveUp();
    else if (header !== undefined) await this.#dropWritersOf(this.#framesAt(name, header));
  }

  /** Stacks that lack a slice after all are not written on. */
  async #dropWritersOf(slices: readonly FrameSlice[]): Promise<void> {
    const dropped = new Set(slices.flatMap(({ frame }) => this.#wishes.get(frame)?.writers ?? []));
    for (const writer of dropped) await writer.abort();
    if (dropped.size > 0) this.#write(this.writers.filter((writer) => !dropped.has(writer)));
  }

  /** An object turned out to hold no image. */
  pass(name: string): void {
    this.#awaited.delete(name);
  }

  /** All that can come came, and had its turn: what the series holds. The files of its stacks are whole, those wanted. */
  async finish(source: Deidentified<unknown> | undefined): Promise<SeriesStacks> {
    const planned = await this.#plan();
    const { outcomes, made } = planned;
    if (outcomes.length === 0 || source === undefined) {
      return nothingFor(this.#withheld.code ?? 'DEID_NO_IMAGE');
    }
    if (volumesOf(made, this.#options.corrections).length === 0) return made;
    const [reason] = [...this.#reasons].toSorted();
    if (reason !== undefined) return withoutVoxels(made, reason);
    const isAsClaimed = this.#claimed === undefined || this.#isClaimTrue(outcomes);
    if (!isAsClaimed || (this.#over && this.#reasons.size === 0)) {
      await this.#giveUp();
      return nothingFor('VOLUME_NOT_AS_LISTED');
    }
    if (this.#writers === undefined) await this.#start(planned, source);
    for (const writer of this.writers) {
      await writer.drain(source);
      assert(writer.isComplete, 'every slice was written');
      await writer.end();
    }
    return made;
  }

  /** Give up what is not complete. Never throws. */
  async abort(): Promise<void> {
    for (const writer of this.writers) await writer.abort();
    await this.#store.close();
  }

  #intakeOf(name: string, slices: readonly PlanSlice[], box: Instance): FrameIntake | undefined {
    const { facts, transferSyntaxUid, palette } = readDeidentified(box);
    const length = frameBytesOf(facts);
    // Also of a slice that is in no file: whether its pixels refuse the rest must not depend on when it comes.
    // One that is as the list claims is a slice.
    const isTaken = this.#claimed !== undefined || slices.some((slice) => isSlice(slice));
    if (length === 0 || !isTaken) return undefined;
    const spare = this.#spare?.length === length ? this.#spare : undefined;
    this.#spare = undefined;
    const first = this.#firstFrame(name, framesOf(facts));
    return openIntake(
      { facts, transferSyntaxUid, palette },
      {
        spare,
        takeFrame: (index, pixels) => this.#takeFrame(box, { frame: first + index, pixels }),
        fail: async (error) => {
          const code = undecoded(error);
          if (!this.#over) await this.#giveUp(code);
        },
      },
    );
  }

  /** Its slices are written, or it waits. Gives a buffer that is free again. */
  async #takeFrame(source: Instance, here: FrameHere): Promise<Uint8Array | undefined> {
    const { frame, pixels } = here;
    if (this.#over) return pixels;
    const wish = this.#wishes.get(frame);
    if (this.#writers !== undefined && wish === undefined) return pixels;
    let left = wish?.slices ?? 1;
    for (const writer of wish?.writers ?? []) left -= await writer.drain(source, here);
    const fate = left === 0 ? 'copied' : await this.#store.put(frame, pixels, left);
    if (fate === 'owned') return undefined;
    this.#spare = pixels;
    return pixels;
  }

  /** Number of the first frame of an image, of which there are so many. */
  #firstFrame(name: string, frames = 1): number {
    const known = this.#firstFrames.get(name);
    if (known !== undefined) return known;
    const first = this.#frames;
    this.#frames += frames;
    this.#firstFrames.set(name, first);
    return first;
  }

  #framesAt(name: string, { facts }: HeaderOfJob): readonly FrameSlice[] {
    return frameSlicesOf(facts, this.#firstFrame(name, framesOf(facts)));
  }

  async #planEarly(name: string, slices: readonly PlanSlice[], box: Instance): Promise<void> {
    const listed = this.#listed;
    const [slice, another] = slices;
    if (listed === undefined || slice === undefined) return;
    if (another !== undefined || !hasOneScale(slice)) {
      this.#listed = undefined;
      return;
    }
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
    if (early.some(([other, header]) => !this.#isAsClaimed(other, header.slices)))
      return this.#giveUp();
    const frames = [...this.#indexByName.keys()].map((each) => ({
      frame: this.#firstFrame(each),
      tile: undefined,
    }));
    const stack = { name: this.#options.nameOf(plan.stackKey), correction: undefined, plan };
    const isSizeCertain = listed.shape !== undefined;
    const encoders = await this.#options.open(stack, { isSizeCertain, isOnly: true });
    this.#write([this.#writerOf(plan, frames, encoders)]);
    for (const writer of this.writers) await writer.drain(box);
  }

  /** Whether a header says of its one slice what the list claims. */
  #isAsClaimed(name: string, [slice, another]: readonly PlanSlice[]): boolean {
    const index = this.#indexByName.get(name);
    const plan = this.#claimed;
    if (plan === undefined || index === undefined || slice === undefined) return false;
    return another === undefined && checkSlice(plan, index, slice) === undefined;
  }

  #isClaimTrue(outcomes: readonly StackOutcome[]): boolean {
    const [only, another] = outcomes;
    if (this.#over || only === undefined || another !== undefined || !only.outcome.ok) return false;
    const placeOf = new Array<number>(only.slices.length);
    for (const [at, place] of only.outcome.value.placeOf.entries()) {
      placeOf[present(only.slices[at], 'an index of the series')] = place;
    }
    return isSame(present(this.#claimed, 'a claimed plan'), { ...only.outcome.value, placeOf });
  }

  /** Plan by the headers, all of which are here; the pixels of the last image are yet to come. */
  async #planAll(source: Deidentified<unknown>): Promise<void> {
    if (this.#reasons.size > 0) return;
    await this.#options.drain();
    if (this.#over) return;
    await this.#start(await this.#plan(), source);
  }

  /** The stacks of what came; planned again where something came, or went, since. */
  async #plan(): Promise<PlannedSeries> {
    this.#planned ??= await inTurns(this.#planInSteps());
    return this.#planned;
  }

  *#planInSteps(): Steps<PlannedSeries> {
    const images = this.#ordered();
    const sources = images.flatMap(([, { instanceUid, slices }]) =>
      slices.map((slice, at): SourceSlice => ({ instanceUid, number: at + 1, slice })),
    );
    yield;
    const frames = images.flatMap(([name, header]) => this.#framesAt(name, header));
    yield;
    const outcomes = yield* planInSteps(sources.map(({ slice }) => slice));
    const { nameOf } = this.#options;
    const made = seriesStacks(outcomes, { sources, withheld: this.#withheld, nameOf });
    yield;
    return { outcomes, made, frames };
  }

  async #start({ made, frames }: PlannedSeries, source: Deidentified<unknown>): Promise<void> {
    const volumes = volumesOf(made, this.#options.corrections);
    if (volumes.length === 0) return;
    const turn = new Turn();
    for (const { name, correction, plan, slices } of volumes) {
      const about = { isSizeCertain: true, isOnly: made.isAlone };
      const encoders = await this.#options.open({ name, correction, plan }, about);
      if (encoders.length === 0) continue;
      const ofPlan = slices.map((index) => present(frames[index], 'a slice of the series'));
      this.#writers = [...this.writers, this.#writerOf(plan, ofPlan, encoders)];
    }
    if (turn.isOver) await turn.pass();
    this.#write(this.writers);
    if (turn.isOver) await turn.pass();
    this.#store.keepOnly((frame) => this.#wishes.get(frame)?.slices ?? 0);
    for (const writer of this.writers) await writer.drain(source);
  }

  /** @param slices in the order of the plan's `placeOf` */
  #writerOf(
    plan: VolumePlan,
    slices: readonly FrameSlice[],
    encoders: readonly StackEncoder[],
  ): StackWriter {
    const { clock } = this.#options;
    const inFile = new Array<FrameSlice>(plan.slices * plan.volumes);
    for (const [at, slice] of slices.entries()) {
      const place = plan.placeOf[at] ?? -1;
      // A slice of a volume that is not whole has none.
      if (place >= 0) inFile[place] = slice;
    }
    const [store, pool, limits] = [this.#store, this.#pool, this.#limits];
    return new StackWriter({ plan, slices: inFile, encoders, store, pool, clock, limits });
  }

  /** These are the stacks whose files are made. */
  #write(writers: readonly StackWriter[]): void {
    const wishes = new Map<number, FrameWish>();
    for (const writer of writers) {
      for (const { frame } of writer.slices) {
        const wish = wishes.get(frame) ?? { writers: [], slices: 0 };
        if (wish.slices === 0) wishes.set(frame, wish);
        wish.slices += 1;
        if (wish.writers.at(-1) !== writer) wish.writers.push(writer);
      }
    }
    this.#writers = writers;
    this.#wishes = wishes;
  }

  async #giveUp(code?: string): Promise<undefined> {
    if (code !== undefined) this.#reasons.add(code);
    if (this.#over) return;
    this.#over = true;
    await this.abort();
    this.#options.onGivenUp();
  }

  /** All headers in the order of the list; what is not listed as an image comes behind. */
  #ordered(): readonly (readonly [string, HeaderOfJob])[] {
    const rank = (name: string): number => this.#indexByName.get(name) ?? this.#indexByName.size;
    return [...this.#headers].toSorted(([a], [b]) => rank(a) - rank(b));
  }
}

/** What came of an image's header. */
interface HeaderOfJob {
  readonly instanceUid: string;
  readonly slices: readonly PlanSlice[];
  readonly facts: ImageFacts;
}

/** What all headers that came make. */
interface PlannedSeries {
  readonly outcomes: readonly StackOutcome[];
  readonly made: SeriesStacks;
  /** Where each slice of the series is. */
  readonly frames: readonly FrameSlice[];
}

/** Who wants slices of a frame, and how many in all. */
interface FrameWish {
  readonly writers: StackWriter[];
  slices: number;
}

/** Whether images of this kind usually have the scale that one of them has: PET has one a slice. */
function hasOneScale({ facts }: PlanSlice): boolean {
  return facts.sopClassUid !== sopClass.PositronEmissionTomographyImageStorage;
}

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
