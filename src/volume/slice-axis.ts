import type { Slice } from './slice.ts';
import { cross, normalize, scale, type Vector3 } from './vector.ts';

/** Unit vector along which slices follow each other: row x column, or against it. */
export function axisOf({ geometry, direction }: Pick<Slice, 'geometry' | 'direction'>): Vector3 {
  const { rowDirectionLps, columnDirectionLps } = geometry;
  return scale(normalize(cross(rowDirectionLps, columnDirectionLps)), direction);
}
