import type { ProductionTarget } from './production.ts';
import type { StackProduct } from './products/index.ts';
import type { KnownStack, NamedRefusal, SeriesStacks } from './series-stacks.ts';
import type { WantedFile } from './wanted-file.ts';

/** The stack that a target is of, if it is a volume. */
export function stackOf(
  { stackName }: ProductionTarget,
  { stacks, refusal }: SeriesStacks,
): KnownStack | undefined {
  if (stackName !== undefined) return stacks.find(({ name }) => name === stackName);
  return refusal === undefined ? stacks[0] : undefined;
}

/** The stack that a target is of, if it is none. */
export function refusedStackOf(
  { stackName }: ProductionTarget,
  { stacks, refused }: SeriesStacks,
): NamedRefusal | undefined {
  if (stackName !== undefined) return refused.find(({ name }) => name === stackName);
  return stacks.length + refused.length === 1 ? refused[0] : undefined;
}

/** Whether stacks that are no volumes have files of this form. */
export function isOfRefused(product: StackProduct): boolean {
  return product.voxels === 'none' && product.textOfRefused !== undefined;
}

/** Why a file cannot be made: of a stack by its name, or of the one volume. */
export function refusalOf({ target, product }: WantedFile, series: SeriesStacks): string {
  const { stacks, refused, refusal } = series;
  if (target.stackName === undefined) {
    // Each stack has one of its own.
    const isSeveral = isOfRefused(product) && stacks.length + refused.length > 1;
    return isSeveral ? 'VOLUME_SEVERAL_STACKS' : (refusal ?? 'VOLUME_NO_SUCH_FILE');
  }
  const known = refusedStackOf(target, series);
  if (known !== undefined) return known.code;
  if (stackOf(target, series) !== undefined) return 'VOLUME_NO_SUCH_FILE';
  return stacks.length === 0 && refusal !== undefined ? refusal : 'VOLUME_STACK_GONE';
}
