import { volumeLimits } from '../../limits.ts';
import type { Slice } from '../../slice.ts';
import { axes, splitTraits } from '../../traits.ts';
import { isAlikeWeighting } from '../../weighting.ts';

/** Whether two slices are alike in one respect. */
type Likeness = (a: Slice, b: Slice) => boolean;

/**
 * Whether slices are alike in all that tells slices of one place apart: echoes, weightings or time
 * points are no repeated slices, and those of a volume are of one.
 *
 * @param kept one of each place
 */
export function areOfOneKind(
  kept: readonly Slice[],
  places: readonly (readonly Slice[])[],
): boolean {
  return likenessesOf(kept)
    .filter((isAlike) => !places.every((place) => areAlike(place, isAlike)))
    .every((isAlike) => areAlike(kept, isAlike));
}

function areAlike(slices: readonly Slice[], isAlike: Likeness): boolean {
  const [first] = slices;
  return first === undefined || slices.every((slice) => isAlike(first, slice));
}

function likenessesOf(slices: readonly Slice[]): readonly Likeness[] {
  return [
    (a, b) => isAlikeWeighting(a.weighting, b.weighting),
    ...splitTraits.flatMap(({ isMeasured = false, isRegulated = false }, at): Likeness[] => {
      const isAlike = isMeasured ? isNear : (one: string, other: string) => one === other;
      return isRegulated ? [] : [(a, b) => isAlike(a.traits[at] ?? '', b.traits[at] ?? '')];
    }),
    ...axes.flatMap(({ proof }, axis) => (proof === 'alike' ? partsOf(slices, axis) : [])),
  ];
}

/** Numbers on an axis one by one: some of them may say where a slice lies. */
function partsOf(slices: readonly Slice[], axis: number): readonly Likeness[] {
  const parts = slices.reduce((most, { order }) => Math.max(most, order[axis]?.length ?? 0), 0);
  return Array.from(
    { length: parts },
    (_, part): Likeness =>
      (a, b) =>
        a.order[axis]?.[part] === b.order[axis]?.[part],
  );
}

function isNear(one: string, other: string): boolean {
  if (one === other) return true;
  if (one === '' || other === '') return false;
  const [a, b] = [Number(one), Number(other)];
  return Math.abs(a - b) <= volumeLimits.measuredTolerance * Math.min(Math.abs(a), Math.abs(b));
}
