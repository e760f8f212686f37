import { type ImageFacts, weightingOf } from '../facts/index.ts';
import { kindOf } from './traits.ts';
import type { PlanSlice } from './volume-format.ts';
import { weightedLeast } from './weighting.ts';

/**
 * Images whose weighting is isotropic are a map of their own where others of their kind have
 * directions: no direction of a table would be true of them.
 */
export function withTraces(slices: readonly PlanSlice[]): readonly PlanSlice[] {
  const directed = new Set(
    slices.flatMap(({ facts }) => (isDirected(facts) ? [kindOf(facts)] : [])),
  );
  if (directed.size === 0) return slices;
  return slices.map((slice) => {
    const { facts } = slice;
    const isTrace =
      facts.kind.map === undefined && isIsotropic(facts) && directed.has(kindOf(facts));
    if (!isTrace) return slice;
    return { ...slice, facts: { ...facts, kind: { ...facts.kind, map: 'TRACEW' } } };
  });
}

function isDirected(facts: ImageFacts): boolean {
  const { bValue = 0, direction = [] } = weightingOf(facts);
  return bValue > weightedLeast && direction.some((value) => value !== 0);
}

function isIsotropic(facts: ImageFacts): boolean {
  const { bValue = 0, direction } = weightingOf(facts);
  if (bValue <= weightedLeast) return false;
  const isZero = direction?.every((value) => value === 0) === true;
  return isZero || (facts.scan?.directionality === 'ISOTROPIC' && !isDirected(facts));
}
