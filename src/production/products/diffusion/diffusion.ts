import { diffusionOf } from '../../../volume/index.ts';
import type { TextProduct } from '../product.ts';

const traits = { of: 'stack', mediaType: 'text/plain', voxels: 'none' } as const;

/** The b-value of each volume, on one line. @standard BIDS (Diffusion imaging data) */
export const bval: TextProduct = {
  ...traits,
  name: 'bval',
  recipe: [{ name: 'format', value: 'bval' }],
  has: (stack) => diffusionOf(stack) !== undefined,
  text: (stack) => `${lineOf(diffusionOf(stack)?.bValues ?? [])}\n`,
};

/** The gradient direction of each volume, a line for each axis of the file. */
export const bvec: TextProduct = {
  ...traits,
  name: 'bvec',
  recipe: [{ name: 'format', value: 'bvec' }],
  has: (stack) => diffusionOf(stack)?.directions !== undefined,
  text(stack) {
    const directions = diffusionOf(stack)?.directions ?? [];
    const lines = [0, 1, 2].map((axis) => lineOf(directions.map((each) => each[axis] ?? 0)));
    return `${lines.join('\n')}\n`;
  },
};

/** Six digits, as many as the field's programs write. */
const lineOf = (values: readonly number[]): string =>
  values.map((value) => String(Number(value.toPrecision(6)) + 0)).join(' ');
