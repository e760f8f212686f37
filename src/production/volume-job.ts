import type { DeidentifiedInstance } from '../deid/index.ts';
import { knownValue } from '../facts/index.ts';
import { type Deidentified, derive, readDeidentified } from '../flow/index.ts';
import { assert, present } from '../lib/assert.ts';
import {
  checkSlice,
  niftiFormat,
  type PlanSlice,
  planFromPositions,
  planVolume,
  positionOf,
  type Vector3,
  type VolumePlan,
  type VolumeRefusal,
} from '../volume/index.ts';
import { productionErrors } from './errors.ts';
import type { ProductionLimits } from './limits.ts';
import type { ExpectedInstanceOfJob } from './production.ts';
import { SliceIntake } from './slice-intake.ts';
import { SliceWindow } from './slice-window.ts';
import type { VoxelEncoder } from './voxel-encoder.ts';

/** Opens the encoders of all volume targets, once the plan is known. */
export type OpenEncoders = (plan: VolumePlan) => Promise<readonly VoxelEncoder[]>;

type Instance = Deidentified<DeidentifiedInstance>;

/** A slice on its way into the volume. */
export interface SliceInHand {
  readonly index: number;
  readonly box: Instance;
  readonly slice: PlanSlice;
  readonly intake: SliceIntake;
}

/** A slice that came, before it has a place. */
interface Arrived {
  readonly index: number;
  readonly slice: PlanSlice;
  readonly pixels: Uint8Array;
}

/**
 * One volume in the making, from slices in any order; the bytes do not depend on it.
 *
 * Where the PACS's query gives positions, the plan stands when the header of the lowest slice is
 * there, and slices are written as they come. Where it does not, all slices wait until the last
 * header is known.
 */
export class VolumeJob {
  readonly #open: OpenEncoders;
  readonly #limits: ProductionLimits;
  readonly #indexByName: ReadonlyMap<string, number>;
  /** As the query gives them; undefined if it does not give all. */
  readonly #positions: readonly Vector3[] | undefined;
  readonly #window: SliceWindow;
  #unplaced: Arrived[] = [];
  #unplacedBytes = 0;
  #plan: VolumePlan | undefined;
  #encoders: readonly VoxelEncoder[] = [];
  readonly #derived = new Set<string>();
  /** A slice-sized buffer that is free again. */
  #spare: Uint8Array | undefined;

  constructor(options: {
    readonly expected: readonly ExpectedInstanceOfJob[];
    readonly open: OpenEncoders;
    readonly limits: ProductionLimits;
  }) {
    this.#open = options.open;
    this.#limits = options.limits;
    this.#indexByName = new Map(options.expected.map(({ name }, index) => [name, index]));
    this.#positions = positionsOf(options.expected);
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

  /** Look at the header of an arriving slice. Returns why the volume cannot be made, if it cannot. */
  async begin(name: string, box: Instance): Promise<SliceInHand | VolumeRefusal> {
    const index = present(this.#indexByName.get(name), 'only expected slices are taken');
    const { facts, transferSyntaxUid } = readDeidentified(box);
    const slice: PlanSlice = { facts, transferSyntaxUid };
    for (const keyword of facts.derived) this.#derived.add(keyword);
    const early = this.#plan === undefined ? await this.#planEarly(index, slice, box) : undefined;
    const refusal = early ?? (this.#plan && checkSlice(this.#plan, index, slice));
    if (refusal !== undefined) return refusal;
    const length = this.#plan?.sliceBytes ?? pixelBytesOf(slice);
    if (length > this.#limits.sliceBytesMax) return 'VOLUME_TOO_LARGE';
    return { index, box, slice, intake: new SliceIntake(this.#buffer(length)) };
  }

  /**
   * The slice is here. Returns why the volume cannot be made, if it cannot.
   * @throws PRODUCTION_SLICES_OUT_OF_ORDER
   */
  async take({ index, box, slice, intake }: SliceInHand): Promise<VolumeRefusal | undefined> {
    const pixels = intake.pixels();
    if (pixels === undefined) return 'VOLUME_PIXEL_LENGTH';
    if (this.#plan === undefined) {
      this.#unplacedBytes += pixels.length;
      this.#checkRoom(this.#unplacedBytes <= this.#limits.sliceWindowBytes);
      this.#unplaced.push({ index, slice, pixels });
      return undefined;
    }
    const place = this.#placeOf(index);
    if (place !== this.#window.next) this.#checkRoom(this.#window.hasRoom(pixels.length));
    this.#window.put(place, pixels);
    for (let next = this.#window.take(); next !== undefined; next = this.#window.take()) {
      await this.#write(box, next);
      this.#spare = next;
    }
    return undefined;
  }

  /** All expected slices came. Returns why the volume cannot be made, if it cannot. */
  async finish(source: Deidentified<unknown>): Promise<VolumeRefusal | undefined> {
    if (this.#plan === undefined) {
      const ordered = this.#unplaced.toSorted((a, b) => a.index - b.index);
      const outcome = planVolume(ordered.map((arrived) => arrived.slice));
      if (!outcome.ok) return outcome.code;
      await this.#start(outcome.value, source);
      const placeOf = (at: number): number =>
        present(outcome.value.placeOf[at], 'a place for each');
      const byPlace = ordered.map((_, at) => at).toSorted((a, b) => placeOf(a) - placeOf(b));
      for (const at of byPlace) {
        await this.#write(source, present(ordered[at], 'a slice of the list').pixels);
      }
      this.#unplaced = [];
    }
    assert(this.#window.heldBytes === 0, 'every slice was written');
    for (const encoder of this.#encoders) await encoder.end();
    return undefined;
  }

  /** Give up what is not complete. Never throws. */
  async abort(): Promise<void> {
    for (const encoder of this.#encoders) await encoder.abort();
  }

  async #planEarly(
    index: number,
    slice: PlanSlice,
    box: Instance,
  ): Promise<VolumeRefusal | undefined> {
    if (this.#positions === undefined) {
      // A slice that is no image, or compressed, needs no other slice to be refused.
      const outcome = planVolume([slice]);
      return outcome.ok || outcome.code === 'VOLUME_SINGLE_SLICE' ? undefined : outcome.code;
    }
    const outcome = planFromPositions(this.#positions, slice);
    if (!outcome.ok) return outcome.code;
    const plan = outcome.value;
    // Directions may differ in their last digits: the lowest slice gives them, whatever came first.
    if (plan.placeOf[index] !== 0) return undefined;
    for (const arrived of this.#unplaced) {
      const refusal = checkSlice(plan, arrived.index, arrived.slice);
      if (refusal !== undefined) return refusal;
    }
    await this.#start(plan, box);
    for (const arrived of this.#unplaced) {
      this.#window.put(this.#placeOf(arrived.index), arrived.pixels);
    }
    this.#unplaced = [];
    return undefined;
  }

  async #start(plan: VolumePlan, source: Deidentified<unknown>): Promise<void> {
    this.#plan = plan;
    this.#encoders = await this.#open(plan);
    const header = derive(source, () => niftiFormat.header(plan));
    for (const encoder of this.#encoders) await encoder.write(header);
  }

  async #write(source: Deidentified<unknown>, pixels: Uint8Array): Promise<void> {
    const plan = present(this.#plan, 'planned');
    const voxels = derive(source, () => niftiFormat.voxels(plan, pixels));
    for (const encoder of this.#encoders) await encoder.write(voxels);
  }

  #placeOf(index: number): number {
    return present(this.#plan?.placeOf[index], 'a place for each slice');
  }

  #checkRoom(fits: boolean): void {
    if (!fits) throw productionErrors.create('PRODUCTION_SLICES_OUT_OF_ORDER');
  }

  /** A buffer for the pixels of one slice; a used one where sizes agree. */
  #buffer(length: number): Uint8Array {
    const spare = this.#spare?.length === length ? this.#spare : undefined;
    this.#spare = undefined;
    return spare ?? new Uint8Array(length);
  }
}

function positionsOf(expected: readonly ExpectedInstanceOfJob[]): readonly Vector3[] | undefined {
  const positions: Vector3[] = [];
  for (const { record } of expected) {
    const position = record === undefined ? undefined : positionOf(readDeidentified(record));
    if (position === undefined) return undefined;
    positions.push(position);
  }
  return positions;
}

/** Bytes of the native pixels that a header declares; planning has found it an image. */
function pixelBytesOf({ facts }: PlanSlice): number {
  const { rows, columns, bitsAllocated } = facts;
  return [columns, bitsAllocated].reduce(
    (product, given) => product * (knownValue(given) ?? 0),
    (knownValue(rows) ?? 0) / 8,
  );
}
