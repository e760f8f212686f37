import type { VolumeFormat } from '../../volume-format.ts';
import { encodeNiftiHeader } from './header.ts';

/**
 * NIfTI-1, header and voxels in one file, little endian.
 *
 * Rows are stored bottom up, as the common converters do, so that i, j, k of an axial image point
 * right to left, to anterior and to superior. The volume is not turned to other axes: slices stay slices, so
 * that it can be written as they arrive.
 *
 * @standard NIfTI-1.1
 */
export const niftiFormat: VolumeFormat = {
  name: 'nifti',
  header: encodeNiftiHeader,
};
