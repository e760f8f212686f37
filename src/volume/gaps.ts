import { present } from '../lib/assert.ts';
import { volumeLimits } from './limits.ts';
import { missingFactor } from './missing.ts';
import type { SliceLine } from './placement.ts';
import type { Slice } from './slice.ts';
import { dot, type Vector3 } from './vector.ts';

/** Where the distance to the next place is not that of the others. */
export interface Gaps {
  /** Behind which places slices lack, and how many: the distance is a whole multiple. */
  readonly missing: readonly { readonly after: number; readonly slices: number }[];
  /** Behind which places it is no multiple. */
  readonly uneven: readonly number[];
}

/** The even line that slices nearly divide. */
interface Line extends Gaps {
  readonly line: SliceLine;
  /** For each place its number on the line, those counted that lack. */
  readonly steps: readonly number[];
}

/**
 * The gaps between places along `normal`.
 *
 * @param slices one of each place, in their order; at least two
 * @param code why the stack is refused: what only the numbers of all slices could tell, it says
 */
export function gapsOf(slices: readonly Slice[], normal: Vector3, code: string): Line {
  const heights = slices.map(({ geometry }) => dot(geometry.positionLps, normal));
  const distances = heights.slice(1).map((height, at) => height - (heights[at] ?? height));
  const usualMm = usualOf(distances);
  const missing: { after: number; slices: number }[] = [];
  const uneven: number[] = [];
  const steps = [0];
  const times = code === 'VOLUME_UNEVEN_SPACING' ? eachMissing(slices, distances, usualMm) : 1;
  for (const [after, distanceMm] of distances.entries()) {
    const whole = Math.max(1, Math.round(distanceMm / usualMm));
    const isWhole = Math.abs(distanceMm - whole * usualMm) <= toleranceMm(usualMm);
    const step = isWhole ? whole * times : 1;
    if (!isWhole) uneven.push(after);
    else if (step > 1) missing.push({ after, slices: step - 1 });
    steps.push((steps[after] ?? 0) + step);
  }
  const originLps = present(slices[0], 'the lowest slice').geometry.positionLps;
  const extentMm = (heights.at(-1) ?? 0) - (heights[0] ?? 0);
  const line = { originLps, normal, spacingMm: extentMm / (steps.at(-1) ?? 1) };
  return { missing, uneven, line, steps };
}

/** The middle one: where few slices lack, the distance of neighbours. */
function usualOf(distances: readonly number[]): number {
  const sorted = distances.toSorted((a, b) => a - b);
  return present(sorted[(sorted.length - 1) >> 1], 'at least two places');
}

/** Both ends of a distance may lie beside their places. */
const toleranceMm = (usualMm: number): number =>
  2 * Math.min(volumeLimits.positionToleranceMm, volumeLimits.spacingTolerance * usualMm);

/** How many times as far as they should all neighbours of an even stack lie. */
function eachMissing(
  slices: readonly Slice[],
  distances: readonly number[],
  usualMm: number,
): number {
  const isEven = distances.every((each) => Math.abs(each - usualMm) <= toleranceMm(usualMm));
  if (!isEven) return 1;
  const numbers = slices.map(({ instanceNumber }) => instanceNumber);
  const statedMm = slices[0]?.statedSpacingMm;
  const { bySpacing, byNumber } = missingFactor({ distanceMm: usualMm, statedMm, numbers });
  return bySpacing === byNumber ? bySpacing : 1;
}
