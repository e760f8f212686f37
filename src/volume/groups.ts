import { present } from '../lib/assert.ts';
import { isSameGrid, isSameOrientation } from './difference.ts';
import { volumeLimits } from './limits.ts';
import type { Slice } from './slice.ts';

/** Slices of one kind, directions, size, spacing and echo time, by index. */
export interface SliceGroup {
  readonly indices: readonly number[];
  /** What its slices have in common that is no text of one slice, for the stack's key. */
  readonly label: readonly string[];
}

/**
 * Tell kinds apart. The order of the input does not matter: slices are taken in an order of their own.
 *
 * @param order indices of the slices, the same whatever came first (`canonicalOrder`)
 */
export function groupByKind(
  slices: readonly (Slice | undefined)[],
  order: readonly number[],
): readonly SliceGroup[] {
  const at = (index: number): Slice => present(slices[index], 'a slice that was read');
  const byText = Map.groupBy(
    order,
    (index) => `${at(index).sopClassUid}\n${at(index).direction}\n${at(index).kind}`,
  );
  return [...byText.values()]
    .flatMap((alike) => clusters(alike, (a, b) => isSamePlane(at(a), at(b))))
    .flatMap((alike) => byEchoTime(alike, at));
}

function isSamePlane(a: Slice, b: Slice): boolean {
  return isSameGrid(a.geometry, b.geometry) && isSameOrientation(a.geometry, b.geometry);
}

/** Each goes to the first cluster whose first member it is like. */
function clusters(
  indices: readonly number[],
  isAlike: (a: number, b: number) => boolean,
): readonly (readonly number[])[] {
  const found: number[][] = [];
  for (const index of indices) {
    const home = found.find(([first]) => first !== undefined && isAlike(first, index));
    if (home === undefined) found.push([index]);
    else home.push(index);
  }
  return found;
}

/** Echo times that are close are one: scanners write the last digits as they please. */
function byEchoTime(
  indices: readonly number[],
  at: (index: number) => Slice,
): readonly SliceGroup[] {
  const times = [...new Set(indices.map((index) => at(index).echoTimeMs ?? -1))].toSorted(
    (a, b) => a - b,
  );
  const first = new Map<number, number>();
  let lowest = Number.NEGATIVE_INFINITY;
  for (const time of times) {
    if (time > lowest + Math.abs(lowest) * volumeLimits.echoTimeTolerance) lowest = time;
    first.set(time, lowest);
  }
  const grouped = Map.groupBy(indices, (index) => first.get(at(index).echoTimeMs ?? -1) ?? -1);
  return [...grouped].map(([time, members]) => ({ indices: members, label: labelOf(time) }));
}

/** What the stack's key says of the echo time of its group: the shortest, in ms; negative for none. */
function labelOf(echoTimeMs: number): readonly string[] {
  return [`EchoTime=${echoTimeMs < 0 ? '' : echoTimeMs.toPrecision(3)}`];
}

/** The label of slices that are one group. */
export function labelOfAll(slices: readonly Slice[]): readonly string[] {
  const times = slices.map(({ echoTimeMs }) => echoTimeMs ?? -1);
  return labelOf(times.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY));
}

/** Indices of slices by place, then by all that is known of them: the same whatever came first. */
export function canonicalOrder(slices: readonly (Slice | undefined)[]): readonly number[] {
  const known = slices.flatMap((slice, index) =>
    slice === undefined ? [] : [{ slice, index, key: JSON.stringify(slice) }],
  );
  const byPlace = known.toSorted((a, b) => {
    const [p, q] = [a.slice.geometry.positionLps, b.slice.geometry.positionLps];
    const difference = p[0] - q[0] || p[1] - q[1] || p[2] - q[2];
    return difference || (a.key < b.key ? -1 : 1);
  });
  return byPlace.map(({ index }) => index);
}
