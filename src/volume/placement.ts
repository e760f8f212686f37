import { present } from '../lib/assert.ts';
import { malformed, ok, type Result } from '../lib/result.ts';
import type { VolumeRefusal } from './errors.ts';
import { volumeLimits } from './limits.ts';
import { dot, length, scale, subtract, type Vector3 } from './vector.ts';

/** Where slices go along their common normal. */
export interface Placement {
  /** Position of the lowest slice. */
  readonly originLps: Vector3;
  /** Mean distance of neighbours along the normal; positive. */
  readonly spacingMm: number;
  /** For each input slice its place, counted along the normal. */
  readonly placeOf: readonly number[];
}

/** An evenly divided line. */
export interface SliceLine {
  readonly originLps: Vector3;
  /** Unit vector. */
  readonly normal: Vector3;
  readonly spacingMm: number;
}

/** Sort positions along `normal` and check that they divide one straight line evenly. At least two. */
export function placeSlices(
  positions: readonly Vector3[],
  normal: Vector3,
): Result<Placement, VolumeRefusal> {
  const at = (index: number): Vector3 => present(positions[index], 'a position');
  const distances = positions.map((position) => dot(position, normal));
  const distance = (index: number): number => present(distances[index], 'a distance');
  const order = positions.map((_, index) => index).toSorted((a, b) => distance(a) - distance(b));
  const lowest = present(order[0], 'the lowest slice');
  const highest = present(order.at(-1), 'the highest slice');
  const spacingMm = (distance(highest) - distance(lowest)) / (positions.length - 1);
  const line = { originLps: at(lowest), normal, spacingMm };
  const placeOf = new Array<number>(positions.length).fill(0);
  for (const [place, index] of order.entries()) {
    const fault = misplacementOf(at(index), place, line);
    if (fault !== undefined) return malformed(fault, index);
    placeOf[index] = place;
  }
  return ok({ originLps: line.originLps, spacingMm, placeOf });
}

/** What is wrong with a slice at `position` that should be the one at `place`; undefined if nothing. */
export function misplacementOf(
  position: Vector3,
  place: number,
  { originLps, normal, spacingMm }: SliceLine,
): 'VOLUME_UNEVEN_SPACING' | 'VOLUME_GANTRY_TILT' | undefined {
  const { tiltTolerance, positionToleranceMm, spacingTolerance } = volumeLimits;
  const offset = subtract(position, originLps);
  const along = dot(offset, normal);
  const sideways = length(subtract(offset, scale(normal, along)));
  if (sideways > Math.max(positionToleranceMm, tiltTolerance * along)) return 'VOLUME_GANTRY_TILT';
  const toleranceMm = Math.min(positionToleranceMm, spacingTolerance * spacingMm);
  const error = Math.abs(along - place * spacingMm);
  return error > toleranceMm ? 'VOLUME_UNEVEN_SPACING' : undefined;
}
