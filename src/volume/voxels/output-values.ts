import { assert } from '../../lib/assert.ts';
import type { VolumePlan } from '../volume-format.ts';
import { type VoxelType, voxelTypeOf } from './voxel-type.ts';

/** Whole numbers up to this many bits are exact as 32-bit floating point. */
const float32Bits = 24;

/** Whether stored values are the values themselves. */
export function isUnscaled({ scale }: Pick<VolumePlan, 'scale'>): boolean {
  return scale === 'per-frame' || (scale.slope === 1 && scale.intercept === 0);
}

/** Types of voxels that are one value. */
export type ValueType = VoxelType & { readonly name: Exclude<VoxelType['name'], 'rgb24'> };

/**
 * Whether voxels are one value each, which can be told without a scale beside it: as they are, or as
 * `outputValues`.
 */
export function hasOutputValues(plan: VolumePlan): boolean {
  if (plan.format.colour !== 'grey') return false;
  return isUnscaled(plan) || plan.format.bitsStored <= float32Bits;
}

/** The type of `outputValues`. */
export function outputTypeOf(plan: VolumePlan): ValueType {
  return isUnscaled(plan) ? valueTypeOf(plan) : { name: 'float32', code: 16, bits: 32 };
}

/**
 * Write the values that the voxels of a slice stand for, for formats that state no scale: 32-bit
 * floating point, little endian. Where they have none (`isUnscaled`), voxels are the values.
 *
 * @param voxels as `toVoxels` gives them
 * @param into four bytes a voxel, aligned to four
 */
export function outputValues(plan: VolumePlan, voxels: Uint8Array, into: Uint8Array): void {
  const { scale } = plan;
  assert(scale !== 'per-frame', 'voxels that are not the values');
  const stored = wordsOf(voxels, valueTypeOf(plan).name);
  assert(into.length === stored.length * 4, 'room for the values of a slice');
  const [slope, intercept] = [Math.fround(scale.slope), Math.fround(scale.intercept)];
  const values = new Float32Array(into.buffer, into.byteOffset, stored.length);
  for (let index = 0; index < stored.length; index += 1) {
    values[index] = Math.fround((stored[index] ?? 0) * slope) + intercept;
  }
}

function valueTypeOf(plan: VolumePlan): ValueType {
  const { name, ...type } = voxelTypeOf(plan);
  assert(name !== 'rgb24', 'voxels that are values');
  return { ...type, name };
}

function wordsOf(bytes: Uint8Array, type: ValueType['name']): ArrayLike<number> {
  const width = type.endsWith('8') ? 1 : type.endsWith('16') ? 2 : type.endsWith('64') ? 8 : 4;
  const { buffer, byteOffset, byteLength } =
    bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  const place = [buffer, byteOffset, byteLength / width] as const;
  switch (type) {
    case 'uint8':
      return new Uint8Array(...place);
    case 'int8':
      return new Int8Array(...place);
    case 'uint16':
      return new Uint16Array(...place);
    case 'int16':
      return new Int16Array(...place);
    case 'uint32':
      return new Uint32Array(...place);
    case 'int32':
      return new Int32Array(...place);
    case 'float32':
      return new Float32Array(...place);
    case 'float64':
      return new Float64Array(...place);
  }
}
