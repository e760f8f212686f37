import type { ImageFacts } from '../facts/index.ts';
import type { Result } from '../lib/result.ts';
import type { VolumeRefusal } from './errors.ts';
import type { Vector3 } from './vector.ts';

/** Where a slice lies; read from one header. */
export interface SliceGeometry {
  readonly rows: number;
  readonly columns: number;
  /** Unit vectors of a row and of a column in the patient's LPS frame, as the header has them. */
  readonly rowDirectionLps: Vector3;
  readonly columnDirectionLps: Vector3;
  /** Centre of the first pixel, mm, LPS. */
  readonly positionLps: Vector3;
  /** Distance of pixel centres in mm: between rows, between columns. */
  readonly rowSpacingMm: number;
  readonly columnSpacingMm: number;
}

/** How voxels are stored in the plain pixels of a frame (`plainFrame`). */
export interface PixelFormat {
  readonly bitsAllocated: 8 | 16 | 32 | 64;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
  /** Numbers are floating point ones, of 32 or 64 bits. */
  readonly floating: boolean;
  /** Byte order of the transfer syntax. */
  readonly bigEndian: boolean;
  /** One sample a pixel; or red, green and blue of 8 bits, whatever the colours of the image were. */
  readonly colour: 'grey' | 'rgb';
}

/** From stored values to those that they stand for: `stored * slope + intercept`. */
export interface PixelScale {
  readonly slope: number;
  readonly intercept: number;
}

/** The grid of a volume, decided before its first byte. */
export interface VolumePlan {
  /** Of every slice. */
  readonly sopClassUid: string;
  readonly columns: number;
  readonly rows: number;
  readonly slices: number;
  /** Time points, weightings, repetitions: 1 of a volume of three dimensions. */
  readonly volumes: number;
  readonly format: PixelFormat;
  /** Of all frames; where it varies, voxels are 32-bit floating point and hold the values themselves. */
  readonly scale: PixelScale | 'per-frame';
  /** Seconds between volumes as the header states them; undefined where it does not. */
  readonly repetitionTimeS: number | undefined;
  /** Along which axis of the image phase is encoded, where it is stated. */
  readonly phaseAxis: 'ROW' | 'COL' | undefined;
  /** Order of slices in time, as NIfTI-1 codes it; 0 where no object states it. */
  readonly sliceCode: number;
  /** Row-major 3x4: ijk (column, row, slice) to LPS mm. Slices ascend along row x column. */
  readonly affineLps: readonly number[];
  /** Between columns, between rows, between slices: the order of ijk. */
  readonly spacingMm: Vector3;
  /** Rows of its images are stored last first, which their geometry, and so the affine, does not say. */
  readonly rowsReversed: boolean;
  /** Bytes of native pixels of one slice. */
  readonly sliceBytes: number;
  /** What tells this stack from others of its series; a text to make its name of. */
  readonly stackKey: string;
  /** What tells this stack from others at the same place always; text to compare. */
  readonly kind: string;
  /** For each input slice its place in the file: its slice, and behind all slices of the volumes before it. */
  readonly placeOf: readonly number[];
  /** Scales by place in the file; empty unless they vary. */
  readonly scales: readonly PixelScale[];
}

/** Input of planning, one per slice. */
export interface PlanSlice {
  /** Of its object, and what the slice says for itself. */
  readonly facts: ImageFacts;
  readonly transferSyntaxUid: string;
  /** As `SliceFacts` has it. Default: 1. */
  readonly direction?: 1 | -1;
  /** Which slice of an object that holds several; counts from 0. */
  readonly number?: number;
  /** One before it of its object, which says the same of itself but for its place; not there of the first. */
  readonly like?: PlanSlice | undefined;
}

/** A plan, or why there is none; `offset` is the index of the slice that showed it. */
export type PlanOutcome = Result<VolumePlan, VolumeRefusal>;

/** A stack of a series, and whether it is a volume. */
export interface StackOutcome {
  /** Indices of its slices. */
  readonly slices: readonly number[];
  /** Of them, those of a last volume that is not whole: left out. */
  readonly leftOut: readonly number[];
  /** A text to make its name of; undefined of images that could be of no stack. */
  readonly stackKey: string | undefined;
  /** Its `placeOf` is by place in `slices`. */
  readonly outcome: PlanOutcome;
  /** Where it is none, what corrections make of it that are for its refusal. */
  readonly corrected: readonly CorrectedStack[];
}

/** What a correction makes of a stack that is refused. */
export interface CorrectedStack {
  /** Name of the correction. */
  readonly correction: string;
  /** Indices of the slices that it keeps. */
  readonly slices: readonly number[];
  /** Of the others of the stack. */
  readonly leftOut: readonly number[];
  /** Its `placeOf` is by place in `slices`. */
  readonly outcome: PlanOutcome;
}

/** The byte layout of a volume file before its voxels, which all formats have alike (`toVoxels`). */
export interface VolumeFormat {
  readonly name: string;
  /** Bytes before the voxels. The voxels of slice k follow at `header.length + k * sliceBytes`. */
  header(plan: VolumePlan): Uint8Array;
}
