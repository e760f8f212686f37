import { hasOutputValues, nrrdFormat } from '../../../volume/index.ts';
import type { VoxelProduct } from '../product.ts';

/** One NRRD file; its voxels are the values. */
export const nrrd: VoxelProduct = {
  name: 'nrrd',
  of: 'stack',
  mediaType: 'application/octet-stream',
  voxels: 'plain',
  values: 'output',
  recipe: [{ name: 'format', value: nrrdFormat.name }],
  has: hasOutputValues,
  head: (plan) => nrrdFormat.header(plan),
};
