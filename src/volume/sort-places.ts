import type { Steps } from '../lib/streams/steps.ts';
import { axes } from './traits.ts';

/** A slice, and its numbers on an axis. */
export interface SortedSlice {
  readonly index: number;
  readonly numbers: readonly number[];
}

/** The slices of one place, in order. */
export type SortedPlace = readonly SortedSlice[];

/**
 * The slices of each place by their numbers on an axis, where all have them and those of a place
 * differ; else undefined.
 */
export function* sortPlaces(
  places: readonly (readonly number[])[],
  numbersOf: (index: number) => readonly number[] | undefined,
): Steps<readonly SortedPlace[] | undefined> {
  const sorted: SortedPlace[] = [];
  for (const place of places) {
    yield;
    const slices: SortedSlice[] = [];
    for (const index of place) {
      const numbers = numbersOf(index);
      if (numbers === undefined) return undefined;
      slices.push({ index, numbers });
    }
    slices.sort((a, b) => compare(a.numbers, b.numbers));
    const isTold = slices.every(
      ({ numbers }, at) => at === 0 || compare(slices[at - 1]?.numbers, numbers) < 0,
    );
    if (!isTold) return undefined;
    sorted.push(slices);
  }
  return sorted;
}

/** Whether an axis is true of whole places that it sorted. */
export function isProven(places: readonly SortedPlace[], axis: number): boolean {
  switch (axes[axis]?.proof) {
    case 'alike':
      return areAlike(places, tellingParts(places));
    case 'regular':
      return isVolumeByVolume(places) || isPlaceByPlace(places);
    default:
      return stepAlike(places) || (isCountedFromOne(places.flat()) && isVolumeByVolume(places));
  }
}

/** Whether an axis counts volumes, and slices of several places are of one by it: then it is right of all. */
export function countsVolumes(places: readonly SortedPlace[], axis: number): boolean {
  if (axes[axis]?.isCount !== true) return false;
  const texts = places.flatMap((place) => place.map(({ numbers }) => numbers.join(' ')));
  return new Set(texts).size < texts.length;
}

/**
 * Whether numbers go from volume to volume by the same steps at every place, whatever their order
 * inside one is: where a slice is missing, those of other volumes would take its turn. A table that
 * moves to and fro has other steps at each place: there no number may be missing at all.
 */
function stepAlike(places: readonly SortedPlace[]): boolean {
  const stepsOf = (place: SortedPlace): string => {
    const [first] = place;
    return place.map(({ numbers: [number = 0] }) => number - (first?.numbers[0] ?? 0)).join(' ');
  };
  return new Set(places.map(stepsOf)).size === 1;
}

/** Whether so many whole volumes are told, and what is left came after them all. */
export function isInterrupted(
  places: readonly SortedPlace[],
  axis: number,
  whole: number,
): boolean {
  const told = axes[axis]?.proof === 'alike' ? telling(places) : places;
  const before = told.map((place) => place.slice(0, whole));
  const isWhole =
    axes[axis]?.proof === 'regular' ? isVolumeByVolume(before) : isProven(before, axis);
  const latest = extreme(before.flat(), 1);
  const next = extreme(
    told.flatMap((place) => place.slice(whole)),
    -1,
  );
  return isWhole && compare(latest, next) < 0 && isFromTheStart(places, axis);
}

/**
 * Whether nothing says that the beginning is missing: else the end of each volume and the beginning of
 * the next would make one.
 */
function isFromTheStart(places: readonly SortedPlace[], axis: number): boolean {
  const slices = places.flat();
  switch (axes[axis]?.proof) {
    case 'single':
      return isCountedFromOne(slices);
    case 'regular':
      return (isOneObject(slices) || isCountedFromOne(slices)) && isFromAnEnd(places);
    default:
      return true;
  }
}

/** Frames of one object, whatever its number is. */
function isOneObject(slices: SortedPlace): boolean {
  return new Set(slices.map(({ numbers: [object] }) => object)).size === 1;
}

/** Frames that nothing counts but how they are stored begin with the first slice or with the last. */
function isFromAnEnd(places: readonly SortedPlace[]): boolean {
  const least = extreme(places.flat(), -1);
  return [places[0], places.at(-1)].some((place) => compare(place?.[0]?.numbers, least) === 0);
}

/** Slices by an axis that may count their volumes. */
export interface Counted {
  readonly axis: number;
  readonly places: readonly SortedPlace[];
}

/**
 * Whether what counts volumes says that one has slices of two. An axis counts them by what it is, or
 * where all places have the same numbers, and those that lack a slice none that others lack.
 *
 * @param volumes of each place its slices, in the order of the volumes
 */
export function isMixed(
  { axis, places }: Counted,
  volumes: readonly (readonly number[])[],
): boolean {
  const told = telling(places);
  const textOf = ({ numbers }: SortedSlice): string => numbers.join(' ');
  const longest = told.reduce<SortedPlace>(
    (most, place) => (place.length > most.length ? place : most),
    [],
  );
  const all = new Set(longest.map(textOf));
  const isSubset = told.every((place) => place.every((slice) => all.has(textOf(slice))));
  if (!isSubset && !countsVolumes(places, axis)) return false;
  const texts = new Map(told.flat().map((slice) => [slice.index, textOf(slice)]));
  const [first = [], ...others] = volumes;
  return others.some((place) =>
    place.some((index, volume) => texts.get(index) !== texts.get(first[volume] ?? -1)),
  );
}

/** Whether numbers are all there from 0 or 1 on: none is missing before or between. */
function isCountedFromOne(slices: SortedPlace): boolean {
  const numbers = new Set(slices.map(({ numbers: [number = 0] }) => number));
  const least = extreme(slices, -1)?.[0] ?? 0;
  const greatest = extreme(slices, 1)?.[0] ?? 0;
  return greatest - least + 1 === numbers.size && (least === 0 || least === 1);
}

/**
 * Which numbers tell slices of a place apart. Others say where it lies, or nothing, whatever they are
 * called.
 */
function tellingParts(places: readonly SortedPlace[]): readonly number[] {
  const parts = new Set<number>();
  for (const [first, ...others] of places) {
    for (const { numbers } of others) {
      for (let part = 0; part < numbers.length; part += 1) {
        if (numbers[part] !== first?.numbers[part]) parts.add(part);
      }
    }
  }
  return [...parts].toSorted((a, b) => a - b);
}

/** Slices with those numbers alone that tell them apart. */
function telling(places: readonly SortedPlace[]): readonly SortedPlace[] {
  const parts = tellingParts(places);
  return places.map((place) =>
    place.map(({ index, numbers }) => ({
      index,
      numbers: parts.map((part) => numbers[part] ?? Number.NEGATIVE_INFINITY),
    })),
  );
}

/** Whether the slices of every place have the same of these numbers. */
function areAlike(places: readonly SortedPlace[], parts: readonly number[]): boolean {
  const [first = [], ...others] = places;
  return others.every(
    (place) =>
      place.length === first.length &&
      place.every(({ numbers }, at) =>
        parts.every((part) => numbers[part] === first[at]?.numbers[part]),
      ),
  );
}

/** Each volume is whole before the next begins. */
function isVolumeByVolume(places: readonly SortedPlace[]): boolean {
  const volumes = places[0]?.length ?? 0;
  for (let volume = 1; volume < volumes; volume += 1) {
    const slicesOf = (at: number): SortedPlace =>
      places.flatMap((place) => place.slice(at, at + 1));
    const [latest, next] = [extreme(slicesOf(volume - 1), 1), extreme(slicesOf(volume), -1)];
    if (compare(latest, next) >= 0) return false;
  }
  return true;
}

/** Each place has all its slices before the next begins. */
function isPlaceByPlace(places: readonly SortedPlace[]): boolean {
  const ends = places
    .map((place) => [place[0]?.numbers, place.at(-1)?.numbers] as const)
    .toSorted(([a], [b]) => compare(a, b));
  return ends.every(([first], at) => at === 0 || compare(ends[at - 1]?.[1], first) < 0);
}

/** The greatest numbers, or with -1 the least. */
function extreme(slices: SortedPlace, sign: 1 | -1): readonly number[] | undefined {
  let found: readonly number[] | undefined;
  for (const { numbers } of slices) {
    if (found === undefined || sign * compare(numbers, found) > 0) found = numbers;
  }
  return found;
}

/** By the first number that differs. */
function compare(a: readonly number[] = [], b: readonly number[] = []): number {
  for (let part = 0; part < a.length; part += 1) {
    const number = a[part] ?? Number.NEGATIVE_INFINITY;
    const other = b[part] ?? Number.NEGATIVE_INFINITY;
    if (number !== other) return number < other ? -1 : 1;
  }
  return a.length - b.length;
}
