import { volumeLimits } from './limits.ts';
import type { Slice } from './slice.ts';
import { dot, length, subtract, type Vector3 } from './vector.ts';

/** One place along the normal, and the slices that lie there, by index. */
export type Place = readonly number[];

/** The places of slices, in their order along `normal`. */
export function placesOf(
  indices: readonly number[],
  at: (index: number) => Slice,
  normal: Vector3,
): readonly Place[] {
  const position = (index: number): Vector3 => at(index).geometry.positionLps;
  const sorted = indices
    .map((index) => ({ index, height: dot(position(index), normal) }))
    .toSorted((a, b) => a.height - b.height);
  const places: number[][] = [];
  for (const { index } of sorted) {
    const place = places.at(-1);
    const first = place?.[0];
    const isHere =
      first !== undefined &&
      length(subtract(position(first), position(index))) <= volumeLimits.samePlaceMm;
    if (isHere) place?.push(index);
    else places.push([index]);
  }
  return places;
}
