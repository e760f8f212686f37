import { present } from '../lib/assert.ts';
import { atOnce } from '../lib/streams/steps.ts';
import { compareSources, type SourceSlice } from './described-stack.ts';
import { differenceOf } from './difference.ts';
import type { VolumeRefusal } from './errors.ts';
import { type Gaps, gapsOf } from './gaps.ts';
import { canonicalOrder } from './groups.ts';
import { missingParts } from './missing-parts.ts';
import { type Place, placesOf } from './places.ts';
import { type Deviation, deviationFrom } from './quality.ts';
import type { RefusedStack } from './refused-stack.ts';
import { readSlice, type Slice } from './slice.ts';
import { axisOf } from './slice-axis.ts';

/** What is known of a stack that is no volume; the same whatever came first. */
export interface StackFaults extends Gaps {
  /** By place, then by the UIDs of their objects; those without a place last. */
  readonly slices: readonly PlacedSlice[];
  /** How many places there are along the normal; undefined where slices have no common one. */
  readonly places: number | undefined;
  /** How many slices lie at each place. */
  readonly slicesAt: readonly number[];
  /** Places at which several slices lie. */
  readonly duplicates: readonly number[];
  /** From the even line through the first and the last place; undefined where there is none. */
  readonly deviation: Deviation | undefined;
  /** By what slices differ that those of one volume have in common. */
  readonly mixed: readonly VolumeRefusal[];
  /** How many parts of concatenations are not here. */
  readonly missingParts: number;
}

/** A slice, and where it lies. */
export interface PlacedSlice {
  readonly source: SourceSlice;
  /** Counts from 0 along the normal; undefined where it is not known. */
  readonly place: number | undefined;
  /** Why it can be a slice of nothing. */
  readonly refusal: VolumeRefusal | undefined;
}

/** Look at the slices of a stack that is refused. */
export function faultsOf(stack: RefusedStack): StackFaults {
  const read = stack.slices.map(({ slice }) => readSlice(slice));
  const known = read.map((outcome) => (outcome.ok ? outcome.value : undefined));
  const order = atOnce(canonicalOrder(known));
  const at = (index: number): Slice => present(known[index], 'a slice that was read');
  const reference = order[0] === undefined ? undefined : at(order[0]);
  const mixed = reference === undefined ? [] : differencesOf(reference, order.map(at));
  const isOnePlane = reference !== undefined && !mixed.includes('VOLUME_MIXED_ORIENTATION');
  const places = isOnePlane ? placesOf(order, at, axisOf(reference)) : undefined;
  const placeOf = new Map(places?.flatMap((all, place) => all.map((index) => [index, place])));
  const line = lineOf(stack, places ?? [], at);
  return {
    slices: stack.slices
      .map((source, index) => {
        const outcome = read[index];
        const refusal = outcome?.ok === false ? outcome.code : undefined;
        return { source, place: placeOf.get(index), refusal };
      })
      .toSorted(comparePlaced),
    places: places?.length,
    slicesAt: (places ?? []).map(({ length }) => length),
    duplicates: [...(places ?? []).entries()].flatMap(([place, { length }]) =>
      length > 1 ? [place] : [],
    ),
    mixed,
    missingParts: [...missingParts(known).values()].reduce((sum, count) => sum + count, 0),
    ...line,
  };
}

function differencesOf(reference: Slice, slices: readonly Slice[]): readonly VolumeRefusal[] {
  const codes = slices.map((slice) => differenceOf(reference, slice));
  return [...new Set(codes)].filter((code) => code !== undefined).toSorted();
}

function lineOf(
  { code }: RefusedStack,
  places: readonly Place[],
  at: (index: number) => Slice,
): Gaps & Pick<StackFaults, 'deviation'> {
  const slices = places.map(([first]) => at(present(first, 'a place has a slice')));
  const [lowest] = slices;
  const nothing = { missing: [], uneven: [], deviation: undefined };
  if (lowest === undefined || slices.length < 2) return nothing;
  const normal = axisOf(lowest);
  const { line, steps, ...gaps } = gapsOf(slices, normal, code);
  const positions = slices.map(({ geometry }) => geometry.positionLps);
  return { ...gaps, deviation: deviationFrom(line, positions, steps) };
}

function comparePlaced(a: PlacedSlice, b: PlacedSlice): number {
  const byPlace = (a.place ?? Number.MAX_VALUE) - (b.place ?? Number.MAX_VALUE);
  return byPlace || compareSources(a.source, b.source);
}
