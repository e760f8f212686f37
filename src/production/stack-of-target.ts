import type { StackProduct } from './products/index.ts';
import type { KnownStack, NamedCorrection, NamedRefusal, SeriesStacks } from './series-stacks.ts';
import type { WantedFile } from './wanted-file.ts';

/** Name of the correction that a form shows stacks by; undefined of one that shows them as they are. */
export function correctionOf(product: StackProduct): string | undefined {
  return product.voxels === 'none' ? undefined : product.correction;
}

/** The volume that a file is of, if there is one. */
export function stackOf(wanted: WantedFile, series: SeriesStacks): KnownStack | undefined {
  const isCorrected = correctionOf(wanted.product) !== undefined;
  return isCorrected ? correctedOf(wanted, series)?.stack : namedAs(wanted, series, series.stacks);
}

/** The stack that a file is of, if it is none. */
export function refusedStackOf(wanted: WantedFile, series: SeriesStacks): NamedRefusal | undefined {
  return namedAs(wanted, series, series.refused);
}

/** Whether stacks that are no volumes have files of this form. */
export function isOfRefused(
  product: StackProduct,
  { described, corrections }: NamedRefusal,
): boolean {
  if (product.voxels === 'none') {
    return described !== undefined && product.textOfRefused !== undefined;
  }
  const made = corrections.find(({ correction }) => correction === product.correction)?.stack;
  return made !== undefined && product.has(made.plan);
}

/** Why a file cannot be made: of a stack by its name, or of the one volume. */
export function refusalOf(wanted: WantedFile, series: SeriesStacks): string {
  const { target, product } = wanted;
  const { stacks, refused, refusal } = series;
  const known = refusedStackOf(wanted, series);
  if (known !== undefined) return correctedOf(wanted, series)?.code ?? known.code;
  if (namedAs(wanted, series, stacks) !== undefined) {
    const isCorrected = correctionOf(product) !== undefined;
    return isCorrected ? 'VOLUME_NOTHING_TO_CORRECT' : 'VOLUME_NO_SUCH_FILE';
  }
  if (target.stackName === undefined) {
    // Each stack has one of its own.
    const isSeveral = refused.some((each) => isOfRefused(product, each));
    return isSeveral ? 'VOLUME_SEVERAL_STACKS' : (refusal ?? 'VOLUME_NO_SUCH_FILE');
  }
  return stacks.length === 0 && refusal !== undefined ? refusal : 'VOLUME_STACK_GONE';
}

function correctedOf(wanted: WantedFile, series: SeriesStacks): NamedCorrection | undefined {
  const wantedCorrection = correctionOf(wanted.product);
  const refused = refusedStackOf(wanted, series);
  return refused?.corrections.find(({ correction }) => correction === wantedCorrection);
}

/** By the name of the stack that a file is of; where it is of the one volume, that. */
function namedAs<Stack extends { readonly name: string }>(
  { target: { stackName } }: WantedFile,
  { isAlone }: SeriesStacks,
  stacks: readonly Stack[],
): Stack | undefined {
  if (stackName === undefined) return isAlone ? stacks[0] : undefined;
  return stacks.find(({ name }) => name === stackName);
}
