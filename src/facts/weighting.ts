import { knownValue } from './fact.ts';
import type { ImageFacts } from './image-facts.ts';

/** Diffusion weighting of a slice; undefined where it is not stated. */
export interface Weighting {
  /** s/mm2. */
  readonly bValue: number | undefined;
  /** In the patient's LPS frame, of length 1 or 0. */
  readonly direction: readonly number[] | undefined;
}

/** What the facts of an image say of it. */
export function weightingOf({ bValue, gradientDirection, scan }: ImageFacts): Weighting {
  return {
    bValue: scan?.bValue ?? knownValue(bValue),
    direction: scan?.direction ?? unitOf(knownValue(gradientDirection)),
  };
}

/** Of length 1, or 0 where there is none. */
function unitOf(given: readonly number[] | undefined): readonly number[] | undefined {
  const length = Math.hypot(...(given ?? []));
  return length === 0 ? given : given?.map((value) => value / length);
}
