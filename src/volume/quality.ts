import { knownValue } from '../facts/index.ts';
import { present } from '../lib/assert.ts';
import type { DescribedStack, SourceSlice } from './described-stack.ts';
import { missingFactor } from './missing.ts';
import type { SliceLine } from './placement.ts';
import { dot, length, normalize, scale, subtract, type Vector3 } from './vector.ts';
import type { VolumePlan } from './volume-format.ts';

/** How far slices lie from their places; mm. */
export interface Deviation {
  /** Along the axis of the slices: uneven distances. */
  readonly unevenMm: number;
  /** Across it: a tilt. */
  readonly tiltMm: number;
}

/** The farthest of all slices. */
export function deviationOf({ plan, slices }: DescribedStack): Deviation {
  const line = {
    originLps: columnOf(plan, 3),
    normal: normalize(columnOf(plan, 2)),
    spacingMm: plan.spacingMm[2],
  };
  const positions = slices.map(({ slice }): Vector3 => {
    const [x = 0, y = 0, z = 0] = knownValue(slice.facts.position) ?? [];
    return [x, y, z];
  });
  return deviationFrom(
    line,
    positions,
    slices.map((_, place) => place % plan.slices),
  );
}

/** The farthest of positions, each of which should be at its place of a line. */
export function deviationFrom(
  { originLps, normal, spacingMm }: SliceLine,
  positions: readonly Vector3[],
  places: readonly number[],
): Deviation {
  let [unevenMm, tiltMm] = [0, 0];
  for (const [at, position] of positions.entries()) {
    const offset = subtract(position, originLps);
    const along = dot(offset, normal);
    const across = length(subtract(offset, scale(normal, along)));
    unevenMm = Math.max(unevenMm, Math.abs(along - (places[at] ?? 0) * spacingMm));
    tiltMm = Math.max(tiltMm, across);
  }
  return { unevenMm, tiltMm };
}

function columnOf({ affineLps }: VolumePlan, column: number): Vector3 {
  const at = (row: number): number => present(affineLps[row * 4 + column], 'a 3x4 affine');
  return [at(0), at(1), at(2)];
}

/** A sign that slices are missing; one alone proves nothing. */
export type Doubt = 'SpacingBetweenSlices' | 'InstanceNumber';

/**
 * Signs that evenly many slices between those of a stack are missing. Where both agree there is no
 * plan. Numbers with holes are none where other stacks of the series have them, or slices that were
 * left out.
 */
export function doubtsOf(stack: DescribedStack): readonly Doubt[] {
  const { plan, slices, leftOut, toldApartBy } = stack;
  const first = slices[0]?.slice.facts;
  if (first === undefined || plan.slices < 2) return [];
  const numbers = slices.map(({ slice }) => knownValue(slice.facts.instanceNumber));
  const { bySpacing, byNumber } = missingFactor({
    distanceMm: plan.spacingMm[2],
    statedMm: knownValue(first.spacingBetweenSlices),
    numbers: plan.volumes === 1 ? numbers : [],
  });
  return [
    ...(bySpacing > 1 ? (['SpacingBetweenSlices'] as const) : []),
    ...(byNumber > 1 && toldApartBy.length === 0 && !isFilled(numbers, leftOut)
      ? (['InstanceNumber'] as const)
      : []),
  ];
}

/** Whether a slice that was left out has the number that lacks behind the first. */
function isFilled(
  [first = 0, second = 0]: readonly (number | undefined)[],
  leftOut: readonly SourceSlice[],
): boolean {
  const next = first + Math.sign(second - first);
  return leftOut.some(({ slice }) => knownValue(slice.facts.instanceNumber) === next);
}
