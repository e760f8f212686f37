import type { Weighting } from '../facts/index.ts';

/** Slices of one volume state b-values and directions that differ in their last digits: s/mm2, and a share. */
const bTolerance = 1;
const bShare = 0.01;
const directionTolerance = 0.01;

/** No more than this is no weighting: spoilers of the sequence, which have no direction; s/mm2. */
export const weightedLeast = 50;

/** Whether two weightings are one. */
export function isAlikeWeighting(a: Weighting, b: Weighting): boolean {
  if ((a.bValue === undefined) !== (b.bValue === undefined)) return false;
  if ((a.direction === undefined) !== (b.direction === undefined)) return false;
  const [one, other] = [a.bValue ?? 0, b.bValue ?? 0];
  return (
    Math.abs(one - other) <= Math.max(bTolerance, bShare * Math.min(one, other)) &&
    (a.direction ?? []).every(
      (value, axis) => Math.abs(value - (b.direction?.[axis] ?? 0)) <= directionTolerance,
    )
  );
}

/** Lower than any direction. */
const noDirection = [-2, -2, -2] as const;

/** An order of weightings: by b-value, then by direction, none first. */
export function compareWeighting(a: Weighting, b: Weighting): number {
  const numbers = ({ bValue, direction }: Weighting): readonly number[] => [
    Math.round(bValue ?? -1),
    ...(direction ?? noDirection).map((value) => Math.round(value * 100)),
  ];
  const other = numbers(b);
  const differences = numbers(a).map((value, at) => value - (other[at] ?? 0));
  return differences.find((difference) => difference !== 0) ?? 0;
}
