import { gzipRecipe, niftiFormat } from '../../../volume/index.ts';
import type { VoxelProduct } from '../product.ts';

const format = { name: 'format', value: niftiFormat.name };

/** One NIfTI file, uncompressed: every voxel can be ranged for. */
export const nii: VoxelProduct = {
  name: 'nii',
  of: 'stack',
  mediaType: 'application/octet-stream',
  voxels: 'plain',
  values: 'stored',
  recipe: [format],
  has: () => true,
  head: (plan) => niftiFormat.header(plan),
};

/** The same, compressed as the field's programs expect it. @standard RFC 1952 */
export const niiGz: VoxelProduct = {
  ...nii,
  name: 'nii.gz',
  mediaType: 'application/gzip',
  voxels: 'gzip',
  recipe: [format, { name: 'compression', value: gzipRecipe }],
};
