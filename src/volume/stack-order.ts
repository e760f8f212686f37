import { present } from '../lib/assert.ts';
import { malformed, ok, type Result } from '../lib/result.ts';
import type { VolumeRefusal } from './errors.ts';
import { volumeLimits } from './limits.ts';
import type { Slice } from './slice.ts';
import { axes } from './traits.ts';
import { dot, length, subtract, type Vector3 } from './vector.ts';

/** Slices of a stack in the order of its file. */
export interface StackOrder {
  /** Of each volume its slices, along the normal. */
  readonly volumes: readonly (readonly number[])[];
  /** Of a last volume that is not whole. */
  readonly leftOut: readonly number[];
}

/** One place along the normal, and the slices that lie there. */
type Place = readonly number[];

/**
 * Which slices lie at one place, and which volume each is of.
 *
 * Volumes are told by the first axis that orders the slices of every place alike; the instance number
 * is the last of them. A scan that was interrupted leaves a last volume that is not whole: it is left
 * out, where instance numbers show that it came last; nothing is ever padded.
 *
 * @param indices of the slices, in canonical order
 */
export function orderStack(
  slices: readonly Slice[],
  indices: readonly number[],
  normal: Vector3,
): Result<StackOrder, VolumeRefusal> {
  const at = (index: number): Slice => present(slices[index], 'a slice of the stack');
  const places = placesOf(indices, at, normal);
  const most = Math.max(...places.map((place) => place.length));
  if (most === 1) return ok({ volumes: [places.flat()], leftOut: [] });
  const isWhole = places.every((place) => place.length === most);
  const sorted = isWhole ? sortWhole(places, at) : sortInterrupted(places, at, most);
  if (sorted === undefined) {
    return malformed('VOLUME_DUPLICATE_POSITION', duplicateOf(places));
  }
  const whole = isWhole ? most : most - 1;
  const volumes = Array.from({ length: whole }, (_, volume) =>
    sorted.map((place) => present(place[volume], 'a slice of each volume')),
  );
  return ok({ volumes, leftOut: sorted.flatMap((place) => place.slice(whole)) });
}

/** Which slice shows that places are not alike: the second of the first place that has more. */
function duplicateOf(places: readonly Place[]): number {
  const repeated = places.find((place) => place.length > 1);
  return repeated?.[1] ?? 0;
}

function placesOf(
  indices: readonly number[],
  at: (index: number) => Slice,
  normal: Vector3,
): readonly Place[] {
  const position = (index: number): Vector3 => at(index).geometry.positionLps;
  const heights = new Map(indices.map((index) => [index, dot(position(index), normal)]));
  const height = (index: number): number => heights.get(index) ?? 0;
  const sorted = indices.toSorted((a, b) => height(a) - height(b));
  const places: number[][] = [];
  for (const index of sorted) {
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

/** Each place in the order of the volumes; undefined where nothing tells it. */
function sortWhole(
  places: readonly Place[],
  at: (index: number) => Slice,
): readonly Place[] | undefined {
  for (const axis of axes.keys()) {
    const isLast = axis === axes.length - 1;
    const sorted = places.map((place) => sortPlace(place, (index) => at(index).order[axis]));
    const values = sorted.map((place) => place?.map((index) => at(index).order[axis]).join(' '));
    const areAlike = isLast || new Set(values).size === 1;
    if (areAlike && sorted.every((place) => place !== undefined)) return byWeighting(sorted, at);
  }
  return undefined;
}

/** By numbers that are all there and all different, else undefined. */
function sortPlace(
  place: Place,
  valueOf: (index: number) => number | undefined,
): Place | undefined {
  const values = place.map(valueOf);
  const isUsable = !values.includes(undefined) && new Set(values).size === place.length;
  return isUsable ? place.toSorted((a, b) => (valueOf(a) ?? 0) - (valueOf(b) ?? 0)) : undefined;
}

/**
 * Volumes whose slices have one diffusion weighting each. Where the order leaves them mixed, slices
 * of one weighting belong together; where they cannot, there is no order.
 */
function byWeighting(
  places: readonly Place[],
  at: (index: number) => Slice,
): readonly Place[] | undefined {
  const weightings = (place: Place): string => place.map((index) => at(index).weighting).join('\n');
  if (new Set(places.map(weightings)).size === 1) return places;
  const sorted = places.map((place) =>
    place.toSorted((a, b) =>
      at(a).weighting < at(b).weighting ? -1 : Number(at(a).weighting > at(b).weighting),
    ),
  );
  return new Set(sorted.map(weightings)).size === 1 ? sorted : undefined;
}

/** The last volume lacks slices, and came after all others: else a slice is there twice. */
function sortInterrupted(
  places: readonly Place[],
  at: (index: number) => Slice,
  most: number,
): readonly Place[] | undefined {
  const number = (index: number): number | undefined => at(index).order.at(-1);
  if (most < 2 || places.some((place) => place.length < most - 1)) return undefined;
  const sorted = places.map((place) => sortPlace(place, number));
  if (!sorted.every((place) => place !== undefined)) return undefined;
  const numbersOf = (from: number, to: number): number[] =>
    sorted.flatMap((place) => place.slice(from, to).map((index) => number(index) ?? 0));
  const before = numbersOf(0, most - 1);
  const last = numbersOf(most - 1, most);
  return Math.min(...last) > Math.max(...before) ? sorted : undefined;
}
