import { present } from '../lib/assert.ts';
import { malformed, ok, type Result } from '../lib/result.ts';
import type { Steps } from '../lib/streams/steps.ts';
import type { VolumeRefusal } from './errors.ts';
import { type Place, placesOf } from './places.ts';
import type { Slice } from './slice.ts';
import {
  type Counted,
  countsVolumes,
  isInterrupted,
  isMixed,
  isProven,
  type SortedPlace,
  sortPlaces,
} from './sort-places.ts';
import { axes } from './traits.ts';
import type { Vector3 } from './vector.ts';
import { compareWeighting, isAlikeWeighting } from './weighting.ts';

/** Slices of a stack in the order of its file. */
export interface StackOrder {
  /** Of each volume its slices, along the normal. */
  readonly volumes: readonly (readonly number[])[];
  /** Of a last volume that is not whole. */
  readonly leftOut: readonly number[];
}

/**
 * Which slices lie at one place, and which volume each is of.
 *
 * Volumes are told by the first axis that is proven to (`traits.ts`). A scan that was interrupted
 * leaves a last volume that is not whole: it is left out, where an axis of time shows that it came
 * last; nothing is ever padded.
 *
 * @param indices of the slices, in canonical order
 */
export function* orderStack(
  slices: readonly Slice[],
  indices: readonly number[],
  normal: Vector3,
): Steps<Result<StackOrder, VolumeRefusal>> {
  const at = (index: number): Slice => present(slices[index], 'a slice of the stack');
  const places = placesOf(indices, at, normal);
  yield;
  const most = places.reduce((longest, place) => Math.max(longest, place.length), 0);
  if (most === 1) return ok({ volumes: [places.flat()], leftOut: [] });
  const isWhole = places.every((place) => place.length === most);
  const sorted = isWhole ? yield* sortWhole(places, at) : yield* sortInterrupted(places, at, most);
  if (sorted === undefined) return refusalOf(places, most);
  const whole = isWhole ? most : most - 1;
  const volumes = Array.from({ length: whole }, (_, volume) =>
    sorted.map((place) => present(place[volume], 'a slice of each volume')),
  );
  return ok({ volumes, leftOut: sorted.flatMap((place) => place.slice(whole)) });
}

/**
 * Why places are no volumes: where nearly all have as many slices, one lacks at the others; else one is
 * there twice. The slice that shows it is the first of a place that has fewer, or the second of one
 * that has more.
 */
function refusalOf(places: readonly Place[], most: number): Result<never, VolumeRefusal> {
  const short = places.filter((place) => place.length < most);
  if (short.length > 0 && 2 * short.length < places.length) {
    return malformed('VOLUME_UNEVEN_SPACING', short[0]?.[0] ?? 0);
  }
  const repeated = places.find((place) => place.length > 1);
  return malformed('VOLUME_DUPLICATE_POSITION', repeated?.[1] ?? 0);
}

/** Each place in the order of the volumes; undefined where nothing tells it. */
function* sortWhole(
  places: readonly Place[],
  at: (index: number) => Slice,
): Steps<readonly Place[] | undefined> {
  for (const axis of axes.keys()) {
    const sorted = yield* sortPlaces(places, (index) => at(index).order[axis]);
    yield;
    if (sorted === undefined) continue;
    if (isProven(sorted, axis)) return byWeighting(indicesOf(sorted), at);
    if (countsVolumes(sorted, axis)) return undefined;
  }
  return byWeightingAlone(places, at);
}

/** Where nothing else tells volumes: each weighting is one of them, if a place has each once. */
function byWeightingAlone(
  places: readonly Place[],
  at: (index: number) => Slice,
): readonly Place[] | undefined {
  const isTold = places.every((place) =>
    place
      .map((index) => at(index).weighting)
      .toSorted(compareWeighting)
      .every((each, rank, all) => {
        const before = all[rank - 1];
        return before === undefined || !isAlikeWeighting(before, each);
      }),
  );
  return isTold ? byWeighting(places, at) : undefined;
}

const indicesOf = (places: readonly SortedPlace[]): readonly Place[] =>
  places.map((place) => place.map(({ index }) => index));

/**
 * Volumes whose slices have one diffusion weighting each. Where the order leaves them mixed, slices
 * of one weighting belong together; where they cannot, there is no order.
 */
function byWeighting(
  places: readonly Place[],
  at: (index: number) => Slice,
): readonly Place[] | undefined {
  if (haveOneWeightingEach(places, at)) return places;
  const sorted = places.map((place) =>
    place.toSorted((a, b) => compareWeighting(at(a).weighting, at(b).weighting)),
  );
  return haveOneWeightingEach(sorted, at) ? sorted : undefined;
}

function haveOneWeightingEach(places: readonly Place[], at: (index: number) => Slice): boolean {
  const [first = [], ...others] = places;
  return others.every((place) =>
    place.every((index, volume) => {
      const other = first[volume];
      return other !== undefined && isAlikeWeighting(at(other).weighting, at(index).weighting);
    }),
  );
}

/** The last volume lacks slices, and came after all others: else a slice is there twice. */
function* sortInterrupted(
  places: readonly Place[],
  at: (index: number) => Slice,
  most: number,
): Steps<readonly Place[] | undefined> {
  if (most < 2 || places.some((place) => place.length < most - 1)) return undefined;
  const surer: Counted[] = [];
  for (const [axis, { isTime, proof }] of axes.entries()) {
    yield;
    const sorted = yield* sortPlaces(places, (index) => at(index).order[axis]);
    if (sorted === undefined) continue;
    if (!isTime || !isInterrupted(sorted, axis, most - 1)) {
      if (proof === 'alike') surer.push({ axis, places: sorted });
      continue;
    }
    const inTime = indicesOf(sorted);
    const whole = byWeighting(
      inTime.map((place) => place.slice(0, most - 1)),
      at,
    );
    if (whole === undefined || surer.some((counted) => isMixed(counted, whole))) return undefined;
    return whole.map((place, rank) => [...place, ...(inTime[rank] ?? []).slice(most - 1)]);
  }
  return undefined;
}
