import type { VolumePlan } from '../volume-format.ts';

/** A NIfTI-1 data type: its code and its width. */
export interface VoxelType {
  readonly name:
    | 'uint8'
    | 'int8'
    | 'int16'
    | 'uint16'
    | 'int32'
    | 'uint32'
    | 'float32'
    | 'float64'
    | 'rgb24';
  readonly code: number;
  readonly bits: number;
}

const voxelTypes = {
  uint8: { name: 'uint8', code: 2, bits: 8 },
  int8: { name: 'int8', code: 256, bits: 8 },
  int16: { name: 'int16', code: 4, bits: 16 },
  uint16: { name: 'uint16', code: 512, bits: 16 },
  int32: { name: 'int32', code: 8, bits: 32 },
  uint32: { name: 'uint32', code: 768, bits: 32 },
  float32: { name: 'float32', code: 16, bits: 32 },
  float64: { name: 'float64', code: 64, bits: 64 },
  rgb24: { name: 'rgb24', code: 128, bits: 24 },
} as const satisfies Record<VoxelType['name'], VoxelType>;

/**
 * The voxel type of native pixels. Unsigned pixels that leave the sign bit free become signed ones,
 * the types that analysis programs know best; the bytes are the same. Read from the header alone,
 * never from the values: the first byte must not wait for the last slice. Where each frame has a
 * scale of its own, voxels are the values themselves.
 */
export function voxelTypeOf({
  format: { bitsAllocated, bitsStored, signed, floating, colour },
  scale,
}: Pick<VolumePlan, 'format' | 'scale'>): VoxelType {
  if (colour === 'rgb') return voxelTypes.rgb24;
  if (scale === 'per-frame') return voxelTypes.float32;
  if (floating) return bitsAllocated === 64 ? voxelTypes.float64 : voxelTypes.float32;
  const full = bitsStored === bitsAllocated;
  if (bitsAllocated === 8) return signed ? voxelTypes.int8 : voxelTypes.uint8;
  if (bitsAllocated === 16) return signed || !full ? voxelTypes.int16 : voxelTypes.uint16;
  return signed || !full ? voxelTypes.int32 : voxelTypes.uint32;
}
