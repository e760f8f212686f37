import { knownValue, weightingOf } from '../../facts/index.ts';
import type { DescribedStack, SourceSlice } from '../described-stack.ts';
import { isAlikeWeighting, weightedLeast } from '../weighting.ts';
import { scanOf, volumeSlices } from './stack-scan.ts';

/** Diffusion weighting of the volumes of a stack. */
export interface DiffusionTable {
  /** Of each volume, s/mm2. */
  readonly bValues: readonly number[];
  /**
   * Of each volume, along the axes of the file as FSL reads them (the first is against i where these
   * are right-handed); 0 0 0 where there is no
   * weighting. Undefined unless all volumes that have one have a direction.
   */
  readonly directions: readonly (readonly [number, number, number])[] | undefined;
}

/**
 * The table of a stack that is diffusion, by what all slices of each volume agree on; undefined of
 * any other, and where a volume does not say its b-value.
 */
export function diffusionOf(stack: DescribedStack): DiffusionTable | undefined {
  const volumes: (readonly SourceSlice[])[] = [];
  const bValues: number[] = [];
  for (let volume = 0; volume < stack.plan.volumes; volume += 1) {
    const slices = volumeSlices(stack, volume);
    const bValue = bValueOf(slices);
    // Most stacks are no diffusion, which the first volume shows.
    if (bValue === undefined) return undefined;
    volumes.push(slices);
    bValues.push(bValue);
  }
  const vectors = volumes.map((slices, volume) => {
    const vector = (bValues[volume] ?? 0) > 0 ? fileVector(slices) : undefined;
    const isWeightedVolume = (bValues[volume] ?? 0) > weightedLeast;
    return vector ?? (isWeightedVolume ? undefined : ([0, 0, 0] as const));
  });
  const isWeighted = new Set(bValues).size > 1 || Math.min(...bValues) > weightedLeast;
  const hasDirections = vectors.some((vector) => vector?.some((value) => value !== 0));
  if (!isWeighted && !hasDirections) return undefined;
  const known = vectors.filter((vector) => vector !== undefined);
  return { bValues, directions: known.length === vectors.length ? known : undefined };
}

/** What all slices of a volume have; 0 where none states one and its maker leaves it out then. */
function bValueOf(slices: readonly SourceSlice[]): number | undefined {
  const [first] = slices;
  if (first === undefined || !areAlike(slices) || isComputed(first)) return undefined;
  const { bValue } = weightingOf(first.slice.facts);
  const { manufacturer } = scanOf(first);
  const isLeftOut = slices.every(({ slice }) => slice.facts.bValue.kind === 'absent');
  const leavesOut = ['GE', 'Canon', 'Toshiba'].includes(manufacturer ?? '');
  return bValue ?? (isLeftOut && leavesOut ? 0 : undefined);
}

/** A map of diffusion, whose values are no weighted signal, whatever b-value of its images it repeats. */
function isComputed({ slice }: SourceSlice): boolean {
  const { map } = slice.facts.kind;
  return map === 'ADC' || map === 'FA';
}

function areAlike(slices: readonly SourceSlice[]): boolean {
  const [first, ...others] = slices.map(({ slice }) => weightingOf(slice.facts));
  return first !== undefined && others.every((other) => isAlikeWeighting(first, other));
}

/** A direction of the patient's frame along the axes of the file; undefined where there is none. */
function fileVector(slices: readonly SourceSlice[]): readonly [number, number, number] | undefined {
  const [first] = slices;
  const gradient = first === undefined ? undefined : weightingOf(first.slice.facts).direction;
  const cosines = first === undefined ? undefined : knownValue(first.slice.facts.orientation);
  if (gradient === undefined || cosines === undefined || first === undefined) return undefined;
  if (gradient.every((value) => value === 0)) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = cosines;
  const axes = [
    [a, b, c],
    [d, e, f],
    [b * f - c * e, c * d - a * f, a * e - b * d],
  ];
  const [x = 0, y = 0, z = 0] = axes.map((axis) =>
    axis.reduce((sum, value, at) => sum + value * (gradient[at] ?? 0), 0),
  );
  const length = Math.hypot(x, y, z);
  // Slices against row x column turn j about, up to the sign of all three, which means nothing.
  const sign = (first.slice.direction ?? 1) === 1 ? -1 : 1;
  return [x / length, (sign * y) / length, z / length];
}
