import type { DeidentifiedInstance } from '../deid/index.ts';
import { getUid, sopClass, tag } from '../dicom/index.ts';
import { holdsNoImage, type ImageFacts, type SliceFacts } from '../facts/index.ts';
import { type Deidentified, readDeidentified } from '../flow/index.ts';
import { assert, present } from '../lib/assert.ts';
import { inTurns } from '../lib/streams/steps.ts';
import type { FrameDecoder } from '../pixel/index.ts';
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
import { cutTile } from './cut-tile.ts';
import { DecodeQueue } from './decode-queue.ts';
import { frameBytesOf } from './frame-bytes.ts';
import type { FrameIntake } from './frame-intake.ts';
import { FrameStore } from './frame-store.ts';
import type { ProductionLimits } from './limits.ts';
import { isSameShape, type ListedStack, listedStack } from './listed-stack.ts';
import { openIntake } from './open-intake.ts';
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
import { StackWriter } from './stack-writer.ts';
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
  readonly decoder: FrameDecoder;
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
  #planned: readonly StackOutcome[] | undefined;
  /** Compressed frames that are not pixels yet. */
  readonly #decoding: DecodeQueue;
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
  /** By the key of each frame that is wanted; undefined while nothing is planned. */
  #writers: ReadonlyMap<string, StackWriter> | undefined;
  /** A frame-sized buffer that is free again. */
  #spare: Uint8Array | undefined;

  constructor(options: SeriesJobOptions) {
    const images = options.expected.filter((each) => !isListedWithoutImage(each));
    const { limits, reserve, spill, decoder } = options;
    this.#options = options;
    this.#limits = limits;
    this.#indexByName = new Map(images.map(({ name }, index) => [name, index]));
    this.#awaited = new Set(this.#indexByName.keys());
    this.#listed = options.headersOnly ? undefined : listedStack(images);
    const { frameMemoryBytes: memoryBytes, spillStepBytes: stepBytes } = limits;
    this.#decoding = new DecodeQueue(2 * decoder.threads, limits);
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
    const { facts, transferSyntaxUid, sopInstanceUid } = readDeidentified(box);
    const slices = await inTurns(slicesOf(facts, transferSyntaxUid));
    this.#planned = undefined;
    this.#headers.set(name, { instanceUid: sopInstanceUid, slices });
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
    else if (header !== undefined) await this.#dropWritersOf(name, header.slices.length);
  }

  /** Stacks that lack a slice after all are not written on. */
  async #dropWritersOf(name: string, slices: number): Promise<void> {
    const keys = Array.from({ length: slices }, (_, at) => keyOf(name, at));
    const dropped = new Set(keys.flatMap((key) => this.#writers?.get(key) ?? []));
    for (const writer of dropped) await writer.abort();
    if (this.#writers === undefined || dropped.size === 0) return;
    this.#writers = new Map([...this.#writers].filter(([, writer]) => !dropped.has(writer)));
  }

  /** An object turned out to hold no image. */
  pass(name: string): void {
    this.#awaited.delete(name);
  }

  /** All that can come came: what the series holds. The files of its stacks are whole, those wanted. */
  async finish(source: Deidentified<unknown> | undefined): Promise<SeriesStacks> {
    await this.#decoding.drain();
    const outcomes = await this.#plan();
    if (outcomes.length === 0 || source === undefined) {
      return nothingFor(this.#withheld.code ?? 'DEID_NO_IMAGE');
    }
    const made = this.#stacksOf(outcomes);
    if (volumesOf(made, this.#options.corrections).length === 0) return made;
    const [reason] = [...this.#reasons].toSorted();
    if (reason !== undefined) return withoutVoxels(made, reason);
    const isAsClaimed = this.#claimed === undefined || this.#isClaimTrue(outcomes);
    if (!isAsClaimed || (this.#over && this.#reasons.size === 0)) {
      await this.#giveUp();
      return nothingFor('VOLUME_NOT_AS_LISTED');
    }
    if (this.#writers === undefined) await this.#start(made, source);
    for (const writer of this.writers) {
      await writer.drain(source);
      assert(writer.isComplete, 'every frame was written');
      for (const encoder of writer.encoders) await encoder.end();
    }
    return made;
  }

  /** Give up what is not complete. Never throws. */
  async abort(): Promise<void> {
    this.#decoding.clear();
    for (const writer of this.writers) await writer.abort();
    await this.#store.close();
  }

  #intakeOf(name: string, slices: readonly PlanSlice[], box: Instance): FrameIntake | undefined {
    const { facts, transferSyntaxUid } = readDeidentified(box);
    const length = frameBytesOf(facts);
    // Also of a slice that is in no file: whether its pixels refuse the rest must not depend on when it comes.
    if (length === 0 || !slices.some(isSlice)) return undefined;
    const ofFrames = slicesByFrame(facts);
    const spare = this.#spare?.length === length ? this.#spare : undefined;
    this.#spare = undefined;
    const { decoder } = this.#options;
    return openIntake(
      { facts, transferSyntaxUid },
      {
        spare,
        takeFrame: (index, pixels) =>
          this.#takeFrame(box, { name, index, pixels, slices: ofFrames }),
        decode: (coded, shape, take) =>
          this.#decoding.add({
            bytes: length,
            pixels: decoder.decode(transferSyntaxUid, coded, shape),
            take,
            fail: (error) => this.#giveUp(undecoded(error)),
          }),
      },
    );
  }

  /** A frame is one slice, or is cut into those that it tiles. Gives a buffer that is free again. */
  async #takeFrame(source: Instance, frame: ArrivedFrame): Promise<Uint8Array | undefined> {
    const { name, index, pixels, slices } = frame;
    if (slices === undefined) return this.#takeSlice(source, keyOf(name, index), pixels);
    const { facts } = readDeidentified(source);
    for (const { at, slice } of slices.get(index) ?? []) {
      const key = keyOf(name, at);
      if (slice.tile === undefined) return this.#takeSlice(source, key, pixels);
      await this.#takeSlice(source, key, cutTile(facts, slice, pixels));
    }
    return pixels;
  }

  async #takeSlice(
    source: Instance,
    key: string,
    pixels: Uint8Array,
  ): Promise<Uint8Array | undefined> {
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
    const keys = [...this.#indexByName.keys()].map((each) => keyOf(each, 0));
    const stack = { name: this.#options.nameOf(plan.stackKey), correction: undefined, plan };
    const isSizeCertain = listed.shape !== undefined;
    const encoders = await this.#options.open(stack, { isSizeCertain, isOnly: true });
    this.#writers = this.#writersOf([{ plan, keys, encoders }]);
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
    await this.#decoding.drain();
    await this.#start(this.#stacksOf(await this.#plan()), source);
  }

  /** The stacks of what came; planned again where something came, or went, since. */
  async #plan(): Promise<readonly StackOutcome[]> {
    this.#planned ??= await inTurns(planInSteps(this.#ordered().map(({ slice }) => slice)));
    return this.#planned;
  }

  #stacksOf(outcomes: readonly StackOutcome[]): SeriesStacks {
    const { nameOf } = this.#options;
    return seriesStacks(outcomes, { sources: this.#ordered(), withheld: this.#withheld, nameOf });
  }

  async #start(made: SeriesStacks, source: Deidentified<unknown>): Promise<void> {
    const volumes = volumesOf(made, this.#options.corrections);
    if (volumes.length === 0) return;
    const keys = this.#ordered().map(({ key }) => key);
    const opened: OpenStack[] = [];
    this.#writers = new Map();
    for (const stack of volumes) {
      const isOnly = made.isAlone;
      const encoders = await this.#options.open(stack, { isSizeCertain: true, isOnly });
      if (encoders.length === 0) continue;
      const ofPlan = stack.slices.map((index) => present(keys[index], 'a slice of the series'));
      opened.push({ plan: stack.plan, keys: ofPlan, encoders });
      this.#writers = this.#writersOf(opened);
    }
    this.#store.keepOnly(new Set(this.#writers.keys()));
    for (const writer of this.writers) await writer.drain(source);
  }

  #writersOf(stacks: readonly OpenStack[]): ReadonlyMap<string, StackWriter> {
    return new Map(
      stacks.flatMap(({ plan, keys, encoders }) => {
        const inFile = new Array<string>(plan.slices * plan.volumes);
        for (const [at, key] of keys.entries()) {
          const place = plan.placeOf[at] ?? -1;
          // A slice of a volume that is not whole has none.
          if (place >= 0) inFile[place] = key;
        }
        const writer = new StackWriter({ plan, keys: inFile, encoders, store: this.#store });
        return inFile.map((key) => [key, writer] as const);
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

  /** All slices in the order of the list; what is not listed as an image comes behind. */
  #ordered(): readonly (SourceSlice & { readonly key: string })[] {
    const rank = (name: string): number => this.#indexByName.get(name) ?? this.#indexByName.size;
    const images = [...this.#headers].toSorted(([a], [b]) => rank(a) - rank(b));
    return images.flatMap(([name, { instanceUid, slices }]) =>
      slices.map((slice, at) => ({ key: keyOf(name, at), instanceUid, number: at + 1, slice })),
    );
  }
}

/** What came of an image's header. */
interface HeaderOfJob {
  readonly instanceUid: string;
  readonly slices: readonly PlanSlice[];
}

/** A frame of an instance. */
interface ArrivedFrame {
  readonly name: string;
  readonly index: number;
  readonly pixels: Uint8Array;
  readonly slices: SlicesByFrame | undefined;
}

/** The slices of each frame, and which of the object's they are. */
type SlicesByFrame = ReadonlyMap<
  number,
  readonly { readonly at: number; readonly slice: SliceFacts }[]
>;

/** Undefined where a frame is a slice. */
function slicesByFrame({ slices }: ImageFacts): SlicesByFrame | undefined {
  if (slices.length === 0) return undefined;
  const numbered = slices.map((slice, at) => ({ at, slice }));
  return Map.groupBy(numbered, ({ slice }) => slice.frame);
}

/** Whether images of this kind usually have the scale that one of them has: PET has one a slice. */
function hasOneScale({ facts }: PlanSlice): boolean {
  return facts.sopClassUid !== sopClass.PositronEmissionTomographyImageStorage;
}

/** A stack whose files are begun. */
interface OpenStack {
  readonly plan: VolumePlan;
  /** Of each of its slices, in the order of the plan's `placeOf`. */
  readonly keys: readonly string[];
  readonly encoders: readonly StackEncoder[];
}

const keyOf = (name: string, slice: number): string => `${name}#${slice}`;

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
