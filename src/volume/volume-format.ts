import type { DataSet } from '../dicom/element/element.ts';
import type { Result } from '../lib/result.ts';

/** Why a stack cannot be a volume without inventing something. */
export type VolumeRefusal =
  | 'VOLUME_NOT_AN_IMAGE'
  | 'VOLUME_SINGLE_SLICE'
  | 'VOLUME_MULTI_FRAME'
  | 'VOLUME_COMPRESSED'
  | 'VOLUME_NO_GEOMETRY'
  | 'VOLUME_MIXED_SIZE'
  | 'VOLUME_MIXED_ORIENTATION'
  | 'VOLUME_MIXED_SCALE'
  | 'VOLUME_MIXED_PIXEL_FORMAT'
  | 'VOLUME_DUPLICATE_POSITION'
  | 'VOLUME_UNEVEN_SPACING'
  | 'VOLUME_GANTRY_TILT'
  | 'VOLUME_SEVERAL_STACKS'
  | 'VOLUME_PIXEL_FORMAT_UNSUPPORTED'
  | 'VOLUME_PIXEL_LENGTH'
  | 'VOLUME_TOO_LARGE';

/** Where a slice lies and how its pixels are stored; read from one de-identified header. */
export interface SliceGeometry {
  readonly rows: number;
  readonly columns: number;
  /** Unit vectors of a row and of a column in the patient's LPS frame. */
  readonly rowDirectionLps: Vector3;
  readonly columnDirectionLps: Vector3;
  /** Centre of the first pixel, mm, LPS. */
  readonly positionLps: Vector3;
  /** Distance of pixel centres in mm: between rows, between columns. */
  readonly rowSpacingMm: number;
  readonly columnSpacingMm: number;
}

export type Vector3 = readonly [number, number, number];

/** How voxels are stored in native pixel data. */
export interface PixelFormat {
  readonly bitsAllocated: 8 | 16 | 32;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
  readonly rescaleSlope: number;
  readonly rescaleIntercept: number;
  /** Byte order of the transfer syntax. */
  readonly bigEndian: boolean;
}

/** The grid of a volume, decided before its first byte. */
export interface VolumePlan {
  readonly columns: number;
  readonly rows: number;
  readonly slices: number;
  readonly format: PixelFormat;
  /** Row-major 3x4: ijk (column, row, slice) to LPS mm. */
  readonly affineLps: readonly number[];
  readonly spacingMm: Vector3;
  /** Bytes of voxels of one slice in the output. */
  readonly sliceBytes: number;
  /** 16 hex digits from the stack's discriminators: same for late slices. */
  readonly stackId: string;
  /** For each input slice, its place k in the volume. */
  readonly placeOf: readonly number[];
}

/** Input of planning, one per slice. */
export interface PlanSlice {
  readonly header: DataSet;
  readonly transferSyntaxUid: string;
}

/** The uncompressed byte layout of a volume file; compression is the caller's. */
export interface VolumeFormat {
  readonly name: string;
  /** Without the dot. */
  readonly extension: string;
  /** Bytes before the voxels. */
  header(plan: VolumePlan): Uint8Array;
  /** Exact size of the whole file in bytes. */
  sizeBytes(plan: VolumePlan): number;
  /** Turn native pixels of one slice into output voxels: row order, byte order, unused bits. May work in place. */
  voxels(plan: VolumePlan, pixels: Uint8Array): Uint8Array;
}

export type PlanOutcome = Result<VolumePlan, VolumeRefusal>;
