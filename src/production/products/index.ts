import { present } from '../../lib/assert.ts';
import { corrections } from '../../volume/index.ts';
import { corrected } from './corrected-form.ts';
import { dcm } from './dcm/dcm.ts';
import { bval, bvec } from './diffusion/diffusion.ts';
import { inr } from './inr/inr.ts';
import { json } from './json/json.ts';
import { nii, niiGz } from './nifti/nifti.ts';
import { nrrd } from './nrrd/nrrd.ts';
import type { Product } from './product.ts';
import { qc } from './qc/qc.ts';

/** Every form in which files are made. Adding one is a folder and a line here. */
export const products: readonly Product[] = [
  ...[dcm, nii, niiGz, nrrd, inr, json, bval, bvec, qc],
  ...corrections.flatMap((correction) => [nii, niiGz].map((form) => corrected(form, correction))),
];

/** The product of that name. */
export function productNamed(name: string): Product {
  return present(
    products.find((product) => product.name === name),
    'a product of the registry',
  );
}

/** Whether the size of a file follows from the shape of its slices, before any is there. */
export function isSizedByShape(name: string): boolean {
  const product = productNamed(name);
  return product.of === 'stack' && product.voxels === 'plain';
}

export type {
  InstanceProduct,
  Product,
  StackProduct,
  TextProduct,
  VoxelProduct,
} from './product.ts';
