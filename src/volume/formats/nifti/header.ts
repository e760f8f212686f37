import { present } from '../../../lib/assert.ts';
import type { VolumePlan } from '../../volume-format.ts';
import { voxelTypeOf } from '../../voxels/voxel-type.ts';
import { quaternionOf } from './quaternion.ts';

/** 348 bytes of header, 4 of `extension` that say there is none. */
export const niftiHeaderBytes = 352;

/** Offsets of the fields that are not zero. @standard NIfTI-1.1 nifti1.h */
const field = {
  sizeofHdr: 0,
  regular: 38,
  dimInfo: 39,
  dim: 40,
  datatype: 70,
  bitpix: 72,
  pixdim: 76,
  voxOffset: 108,
  sclSlope: 112,
  sclInter: 116,
  sliceCode: 122,
  xyztUnits: 123,
  qformCode: 252,
  quatern: 256,
  qoffset: 268,
  srow: 280,
  magic: 344,
} as const;

/** NIFTI_UNITS_MM */
const unitsMm = 2;
/** NIFTI_UNITS_SEC */
const unitsSeconds = 8;
/** NIFTI_XFORM_SCANNER_ANAT: the coordinates are the scanner's. */
const scannerAnat = 1;

/**
 * The header of a volume; little endian. Text fields (`descrip`, `aux_file`, `db_name`) stay empty:
 * they are where other programs put names and times.
 */
export function encodeNiftiHeader(plan: VolumePlan): Uint8Array {
  const bytes = new Uint8Array(niftiHeaderBytes);
  const view = new DataView(bytes.buffer);
  const putShorts = (offset: number, values: readonly number[]): void =>
    values.forEach((value, index) => view.setInt16(offset + index * 2, value, true));
  const putFloats = (offset: number, values: readonly number[]): void =>
    values.forEach((value, index) => view.setFloat32(offset + index * 4, value, true));

  const affine = niftiAffineRas(plan);
  const { quatern, qfac } = quaternionOf(affine);
  const type = voxelTypeOf(plan);
  const { slope, intercept } = plan.scale === 'per-frame' ? { slope: 1, intercept: 0 } : plan.scale;
  const is4d = plan.volumes > 1;
  view.setInt32(field.sizeofHdr, 348, true);
  view.setUint8(field.regular, 'r'.charCodeAt(0));
  view.setUint8(field.dimInfo, dimInfoOf(plan));
  view.setUint8(field.sliceCode, plan.sliceCode);
  const { columns, rows, slices, volumes } = plan;
  putShorts(field.dim, [is4d ? 4 : 3, columns, rows, slices, volumes, 1, 1, 1]);
  putShorts(field.datatype, [type.code, type.bits]);
  putFloats(field.pixdim, [qfac, ...plan.spacingMm, plan.repetitionTimeS ?? 0]);
  putFloats(field.voxOffset, [niftiHeaderBytes]);
  putFloats(field.sclSlope, [slope, intercept]);
  view.setUint8(field.xyztUnits, unitsMm + unitsSeconds);
  putShorts(field.qformCode, [scannerAnat, scannerAnat]);
  putFloats(field.quatern, quatern);
  putFloats(
    field.qoffset,
    [3, 7, 11].map((at) => present(affine[at], 'a 3x4 affine')),
  );
  putFloats(field.srow, affine);
  bytes.set([0x6e, 0x2b, 0x31, 0], field.magic);
  return bytes;
}

/** Axes of frequency, phase and slice, two bits each; 0 where phase is not known. */
function dimInfoOf({ phaseAxis }: VolumePlan): number {
  if (phaseAxis === undefined) return 0;
  const [frequency, phase] = phaseAxis === 'COL' ? [1, 2] : [2, 1];
  return frequency | (phase << 2) | (3 << 4);
}

/**
 * Row-major 3x4: ijk of the file to RAS mm. x and y change sign from LPS; j runs from the last row
 * of the slice to the first.
 */
export function niftiAffineRas({ affineLps, rows }: VolumePlan): number[] {
  const at = (index: number): number => present(affineLps[index], 'a 3x4 affine');
  return [0, 1, 2].flatMap((row) => {
    const sign = row === 2 ? 1 : -1;
    const [i, j, k, origin] = [0, 1, 2, 3].map((column) => sign * at(row * 4 + column)) as Row;
    return [i, -j, k, origin + j * (rows - 1)].map((value) => value + 0);
  });
}

type Row = [number, number, number, number];
