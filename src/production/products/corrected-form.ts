import type { StackCorrection } from '../../volume/index.ts';
import type { VoxelProduct } from './product.ts';

/** A form of stacks as a correction makes them: never under the name of the form alone. */
export function corrected(
  form: VoxelProduct,
  { name }: Pick<StackCorrection, 'name'>,
): VoxelProduct {
  return {
    ...form,
    name: `${name}.${form.name}`,
    correction: name,
    recipe: [...form.recipe, { name: 'correction', value: name }],
  };
}
