import { hasOutputValues, inrimageFormat } from '../../../volume/index.ts';
import type { VoxelProduct } from '../product.ts';

/** One INRIMAGE-4 file; its voxels are the values. The format knows three dimensions. */
export const inr: VoxelProduct = {
  name: 'inr',
  of: 'stack',
  mediaType: 'application/octet-stream',
  voxels: 'plain',
  values: 'output',
  recipe: [{ name: 'format', value: inrimageFormat.name }],
  has: (plan) => plan.volumes === 1 && hasOutputValues(plan),
  head: (plan) => inrimageFormat.header(plan),
};
