import { type DeidentifiedInstance, deidErrors } from '../deid/index.ts';
import { getUid, tag } from '../dicom/index.ts';
import { holdsNoImage, knownValue } from '../facts/index.ts';
import { type Deidentified, derive, readDeidentified } from '../flow/index.ts';
import { assert, present } from '../lib/assert.ts';
import {
  checkSlice,
  niftiFormat,
  type PlanSlice,
  planFromPositions,
  planVolume,
  type SliceShape,
  type VolumePlan,
} from '../volume/index.ts';
import { productionErrors } from './errors.ts';
import type { ProductionLimits } from './limits.ts';
import { isSameShape, type ListedStack, listedStack } from './listed-stack.ts';
import type { ExpectedInstanceOfJob } from './production.ts';
import { SliceIntake } from './slice-intake.ts';
import { SliceWindow } from './slice-window.ts';
import type { VoxelEncoder } from './voxel-encoder.ts';

/** Opens the encoders of all volume targets, once the plan is known. */
export type OpenEncoders = (
  plan: VolumePlan,
  /** Whether the shape and the place of every slice are known: else the plan's size is none to promise. */
  about: { readonly isSizeCertain: boolean },
) => Promise<readonly VoxelEncoder[]>;

type Instance = Deidentified<DeidentifiedInstance>;

/** A slice on its way into the volume. */
export interface SliceInHand {
  readonly name: string;
  readonly box: Instance;
  readonly intake: SliceIntake;
}

/**
 * One volume in the making, from slices in any order; neither the bytes nor the reason of a refusal
 * depend on it.
 *
 * Where the PACS's query gives positions, the plan stands when the header of the lowest slice is
 * there, and slices are written as they come. Where it does not, all slices wait until the last
 * header is known. A list only claims: at the end the plan of all headers decides, whether there is
 * a volume, and whether the one that was written is it. Once there can be none, headers are still
 * read, because the reason is that of the whole series and not of what came first.
 */
export class VolumeJob {
  readonly #open: OpenEncoders;
  readonly #onGivenUp: () => void;
  readonly #limits: ProductionLimits;
  /** Of what is listed as an image, or may be one. */
  readonly #indexByName: ReadonlyMap<string, number>;
  /** As the query gives it; undefined if it does not give all places, or none that make a stack. */
  #listed: ListedStack | undefined;
  readonly #window: SliceWindow;
  readonly #headers = new Map<string, PlanSlice>();
  readonly #unplaced = new Map<string, Uint8Array>();
  #unplacedBytes = 0;
  readonly #derived = new Set<string>();
  /** Codes of what the headers alone do not show. */
  readonly #reasons = new Set<string>();
  #outOfOrder = false;
  /** No voxel is written any more. */
  #over = false;
  #plan: VolumePlan | undefined;
  #encoders: readonly VoxelEncoder[] = [];
  /** A slice-sized buffer that is free again. */
  #spare: Uint8Array | undefined;

  constructor(options: {
    readonly expected: readonly ExpectedInstanceOfJob[];
    readonly headersOnly: boolean;
    readonly open: OpenEncoders;
    /** What is written will not be the volume; the rest of the pass may still say why. */
    readonly onGivenUp: () => void;
    readonly limits: ProductionLimits;
  }) {
    const images = options.expected.filter((each) => !isListedWithoutImage(each));
    this.#open = options.open;
    this.#limits = options.limits;
    this.#indexByName = new Map(images.map(({ name }, index) => [name, index]));
    this.#listed = options.headersOnly ? undefined : listedStack(images);
    this.#onGivenUp = options.onGivenUp;
    this.#window = new SliceWindow({ maxBytes: options.limits.sliceWindowBytes });
  }

  get plan(): VolumePlan | undefined {
    return this.#plan;
  }

  get encoders(): readonly VoxelEncoder[] {
    return this.#encoders;
  }

  /** Keywords of elements that headers lacked and the length of their pixel data showed. */
  get derived(): ReadonlySet<string> {
    return this.#derived;
  }

  /** Take the header of an arriving image. Gives what its pixels go into, if they are wanted. */
  async begin(name: string, box: Instance): Promise<SliceInHand | undefined> {
    const { facts, transferSyntaxUid } = readDeidentified(box);
    const slice: PlanSlice = { facts, transferSyntaxUid };
    this.#headers.set(name, slice);
    for (const keyword of facts.derived) this.#derived.add(keyword);
    if (this.#over) return undefined;
    if (this.#plan === undefined) await this.#planEarly(name, slice, box);
    if (!this.#belongs(name, slice)) return this.#giveUp();
    const length = this.#plan?.sliceBytes ?? pixelBytesOf(slice);
    if (length > this.#limits.sliceBytesMax) return this.#giveUp('VOLUME_TOO_LARGE');
    return { name, box, intake: new SliceIntake(this.#buffer(length)) };
  }

  /** The pixels of the slice are here. */
  async take({ name, box, intake }: SliceInHand): Promise<void> {
    if (this.#over) return;
    const pixels = intake.pixels();
    if (pixels === undefined) return this.#giveUp('VOLUME_PIXEL_LENGTH');
    if (this.#plan === undefined) {
      this.#unplacedBytes += pixels.length;
      if (this.#unplacedBytes > this.#limits.sliceWindowBytes) return this.#runOutOfRoom();
      this.#unplaced.set(name, pixels);
      return;
    }
    const place = this.#placeOf(name);
    const hasRoom = place === this.#window.next || this.#window.hasRoom(pixels.length);
    if (!hasRoom) return this.#runOutOfRoom();
    this.#window.put(place, pixels);
    for (let next = this.#window.take(); next !== undefined; next = this.#window.take()) {
      await this.#write(box, next);
      this.#spare = next;
    }
  }

  /** An image of the series may not leave, or broke while it was read. */
  async withhold(code: string): Promise<void> {
    await this.#giveUp(code);
  }

  /**
   * All that can come came. Returns why the volume cannot be made, if it cannot.
   * @throws PRODUCTION_SLICES_OUT_OF_ORDER
   */
  async finish(source: Deidentified<unknown> | undefined): Promise<string | undefined> {
    const names = [...this.#headers.keys()].toSorted((a, b) => this.#rank(a) - this.#rank(b));
    const outcome = planVolume(names.map((name) => present(this.#headers.get(name), 'a header')));
    const withheld = this.#firstOf(withheldCodes);
    if (withheld !== undefined) return withheld;
    if (names.length === 0 || source === undefined) return 'DEID_NO_IMAGE';
    if (!outcome.ok) return outcome.code;
    const [reason] = [...this.#reasons].toSorted();
    if (reason !== undefined) return reason;
    if (this.#outOfOrder) throw productionErrors.create('PRODUCTION_SLICES_OUT_OF_ORDER');
    if (this.#plan === undefined) await this.#writeAll(outcome.value, { names, source });
    else if (this.#over || !isSame(this.#plan, outcome.value)) {
      await this.#giveUp();
      return 'VOLUME_NOT_AS_LISTED';
    }
    assert(this.#window.heldBytes === 0, 'every slice was written');
    for (const encoder of this.#encoders) await encoder.end();
    return undefined;
  }

  /** Give up what is not complete. Never throws. */
  async abort(): Promise<void> {
    for (const encoder of this.#encoders) await encoder.abort();
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
    if (outcome.value.placeOf[index] !== 0) return;
    const waiting = [...this.#unplaced];
    this.#unplaced.clear();
    await this.#start(outcome.value, box, listed.shape !== undefined);
    for (const [other, pixels] of waiting) {
      const header = present(this.#headers.get(other), 'a header');
      if (!this.#belongs(other, header)) return this.#giveUp();
      this.#window.put(this.#placeOf(other), pixels);
    }
  }

  /** Whether the slice can be of the volume, by what is known so far. */
  #belongs(name: string, slice: PlanSlice): boolean {
    if (this.#over) return false;
    if (this.#plan !== undefined) {
      const index = this.#indexByName.get(name);
      return index !== undefined && checkSlice(this.#plan, index, slice) === undefined;
    }
    const alone = planVolume([slice]);
    return alone.ok || alone.code === 'VOLUME_SINGLE_SLICE';
  }

  async #giveUp(code?: string): Promise<undefined> {
    if (code !== undefined) this.#reasons.add(code);
    if (this.#over) return;
    this.#over = true;
    this.#unplaced.clear();
    await this.abort();
    this.#onGivenUp();
  }

  async #runOutOfRoom(): Promise<void> {
    this.#outOfOrder = true;
    await this.#giveUp();
  }

  #firstOf(codes: readonly string[]): string | undefined {
    return codes.find((code) => this.#reasons.has(code));
  }

  async #writeAll(
    plan: VolumePlan,
    {
      names,
      source,
    }: { readonly names: readonly string[]; readonly source: Deidentified<unknown> },
  ): Promise<void> {
    await this.#start(plan, source, true);
    const byPlace = new Array<string>(names.length);
    for (const [at, name] of names.entries()) byPlace[plan.placeOf[at] ?? 0] = name;
    for (const name of byPlace) {
      await this.#write(source, present(this.#unplaced.get(name), 'the pixels of each slice'));
      this.#unplaced.delete(name);
    }
  }

  async #start(
    plan: VolumePlan,
    source: Deidentified<unknown>,
    isSizeCertain: boolean,
  ): Promise<void> {
    this.#plan = plan;
    this.#encoders = await this.#open(plan, { isSizeCertain });
    const header = derive(source, () => niftiFormat.header(plan));
    for (const encoder of this.#encoders) await encoder.write(header);
  }

  async #write(source: Deidentified<unknown>, pixels: Uint8Array): Promise<void> {
    const plan = present(this.#plan, 'planned');
    const voxels = derive(source, () => niftiFormat.voxels(plan, pixels));
    for (const encoder of this.#encoders) await encoder.write(voxels);
  }

  #placeOf(name: string): number {
    const index = present(this.#indexByName.get(name), 'a slice of the plan is listed');
    return present(this.#plan?.placeOf[index], 'a place for each slice');
  }

  /** Its place in the list; what is not listed as an image comes behind. */
  #rank(name: string): number {
    return this.#indexByName.get(name) ?? this.#indexByName.size;
  }

  /** A buffer for the pixels of one slice; a used one where sizes agree. */
  #buffer(length: number): Uint8Array {
    const spare = this.#spare?.length === length ? this.#spare : undefined;
    this.#spare = undefined;
    return spare ?? new Uint8Array(length);
  }
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

/** Bytes of the native pixels that a header declares; planning has found it an image. */
function pixelBytesOf({ facts }: PlanSlice): number {
  const { rows, columns, bitsAllocated } = facts;
  return [columns, bitsAllocated].reduce(
    (product, given) => product * (knownValue(given) ?? 0),
    (knownValue(rows) ?? 0) / 8,
  );
}
