import type { DeidentifiedInstance } from '../deid/index.ts';
import { getNumber, tag } from '../dicom/index.ts';
import { type Deidentified, derive, readDeidentified } from '../flow/index.ts';
import { assert, present } from '../lib/assert.ts';
import {
  checkSlice,
  niftiFormat,
  type PlanSlice,
  planFromPositions,
  planVolume,
  positionOf,
  type VolumePlan,
  type VolumeRefusal,
} from '../volume/index.ts';
import { productionErrors } from './errors.ts';
import { productionLimits } from './limits.ts';
import type { ExpectedInstanceOfJob } from './production.ts';
import { SliceIntake } from './slice-intake.ts';
import { SliceWindow } from './slice-window.ts';
import type { VoxelEncoder } from './voxel-encoder.ts';

/** Opens the encoders of all volume targets, once the plan is known. */
export type OpenEncoders = (plan: VolumePlan) => Promise<readonly VoxelEncoder[]>;

/** A slice that came, before it has a place. */
interface Arrived {
  readonly index: number;
  readonly slice: PlanSlice;
  readonly pixels: Uint8Array;
}

/**
 * One volume in the making, from slices in the order they arrive.
 *
 * Where the PACS's query gives positions the plan stands after the first header, and slices are
 * written as they come. Where it does not, all slices wait until the last header is known.
 */
export class VolumeJob {
  readonly #expected: readonly ExpectedInstanceOfJob[];
  readonly #open: OpenEncoders;
  readonly #indexByName: ReadonlyMap<string, number>;
  readonly #window = new SliceWindow({ maxBytes: productionLimits.sliceWindowBytes });
  readonly #unplaced: Arrived[] = [];
  #unplacedBytes = 0;
  #plan: VolumePlan | undefined;
  #encoders: readonly VoxelEncoder[] = [];
  /** A slice-sized buffer that is free again. */
  #spare: Uint8Array | undefined;

  constructor(options: {
    readonly expected: readonly ExpectedInstanceOfJob[];
    readonly open: OpenEncoders;
  }) {
    this.#expected = options.expected;
    this.#open = options.open;
    this.#indexByName = new Map(options.expected.map(({ name }, index) => [name, index]));
  }

  get plan(): VolumePlan | undefined {
    return this.#plan;
  }

  get encoders(): readonly VoxelEncoder[] {
    return this.#encoders;
  }

  /** Look at the header of an arriving slice. Returns why the volume cannot be made, if it cannot. */
  async begin(
    name: string,
    box: Deidentified<DeidentifiedInstance>,
  ): Promise<SliceIntake | VolumeRefusal> {
    const index = present(this.#indexByName.get(name), 'only expected slices are taken');
    const { header, transferSyntaxUid } = readDeidentified(box);
    const slice: PlanSlice = { header, transferSyntaxUid };
    const alone = this.#plan === undefined ? await this.#planEarly(slice) : undefined;
    if (alone !== undefined) return alone;
    if (this.#plan !== undefined) {
      const refusal = checkSlice(this.#plan, index, slice);
      if (refusal !== undefined) return refusal;
    }
    const length = this.#plan?.sliceBytes ?? pixelBytesOf(slice);
    if (length > productionLimits.sliceBytesMax) return 'VOLUME_TOO_LARGE';
    return new SliceIntake(this.#buffer(length), (pixels) =>
      this.#take(box, { index, slice, pixels }),
    );
  }

  /** All expected slices came. Returns why the volume cannot be made, if it cannot. */
  async finish(source: Deidentified<unknown>): Promise<VolumeRefusal | undefined> {
    if (this.#plan === undefined) {
      const ordered = this.#unplaced.toSorted((a, b) => a.index - b.index);
      const outcome = planVolume(ordered.map((arrived) => arrived.slice));
      if (!outcome.ok) return outcome.code;
      await this.#start(outcome.value, source);
      const byPlace = ordered.toSorted((a, b) => this.#placeOf(a.index) - this.#placeOf(b.index));
      for (const arrived of byPlace) await this.#write(source, arrived.pixels);
      this.#unplaced.length = 0;
    }
    assert(this.#window.heldBytes === 0, 'every slice was written');
    for (const encoder of this.#encoders) await encoder.end();
    return undefined;
  }

  async abort(): Promise<void> {
    for (const encoder of this.#encoders) await encoder.abort();
  }

  async #planEarly(first: PlanSlice): Promise<VolumeRefusal | undefined> {
    const positions = this.#expected.map(({ record }) =>
      record === undefined ? undefined : positionOf(readDeidentified(record)),
    );
    if (positions.includes(undefined)) {
      // A slice that is no image, or compressed, needs no other slice to be refused.
      const outcome = planVolume([first]);
      return outcome.ok || outcome.code === 'VOLUME_SINGLE_SLICE' ? undefined : outcome.code;
    }
    const outcome = planFromPositions(positions, first);
    if (!outcome.ok) return outcome.code;
    await this.#start(outcome.value, present(this.#expected[0]?.record, 'records are there'));
    return undefined;
  }

  async #start(plan: VolumePlan, source: Deidentified<unknown>): Promise<void> {
    this.#plan = plan;
    this.#encoders = await this.#open(plan);
    const header = derive(source, () => niftiFormat.header(plan));
    for (const encoder of this.#encoders) await encoder.write(header);
  }

  async #take(
    box: Deidentified<DeidentifiedInstance>,
    { index, slice, pixels }: Arrived,
  ): Promise<void> {
    if (this.#plan === undefined) {
      this.#unplacedBytes += pixels.length;
      this.#checkRoom(this.#unplacedBytes <= productionLimits.sliceWindowBytes);
      this.#unplaced.push({ index, slice, pixels });
      return;
    }
    const place = this.#placeOf(index);
    if (place !== this.#window.next) this.#checkRoom(this.#window.hasRoom(pixels.length));
    this.#window.put(place, pixels);
    for (let next = this.#window.take(); next !== undefined; next = this.#window.take()) {
      await this.#write(box, next);
      this.#spare = next;
    }
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

/** Bytes of the native pixels that a header declares; planning has found or will find it an image. */
function pixelBytesOf({ header }: PlanSlice): number {
  const number = (which: number): number => getNumber(header, which) ?? 0;
  return (number(tag.Rows) * number(tag.Columns) * number(tag.BitsAllocated)) / 8;
}
