import { present } from '../lib/assert.ts';
import type { Steps } from '../lib/streams/steps.ts';
import { isSameGrid, isSameOrientation } from './difference.ts';
import { volumeLimits } from './limits.ts';
import { type KnownSlice, orderOfPlace } from './place-order.ts';
import type { Slice } from './slice.ts';

/** Slices of one kind, directions, size and spacing, by index. */
export interface SliceGroup {
  readonly indices: readonly number[];
  /** What it was split by, for the stack's key: nothing of numbers that slices of one stack may vary. */
  readonly label: readonly string[];
}

/**
 * The label of slices that nothing split. Its line is a part of the key's durable format; it says
 * nothing, because slices of one stack may vary in it, and a name that did would not be the same by a list and by headers.
 */
export const unsplit: readonly string[] = ['EchoTime='];

/**
 * Tell kinds apart; undefined where there are more than a series may hold. The order of the input does
 * not matter: slices are taken in an order of their own.
 *
 * @param order indices of the slices, the same whatever came first (`canonicalOrder`)
 */
export function* groupByKind(
  slices: readonly (Slice | undefined)[],
  order: readonly number[],
): Steps<readonly SliceGroup[] | undefined> {
  const at = (index: number): Slice => present(slices[index], 'a slice that was read');
  const byText = Map.groupBy(order, createTextOf(at));
  yield;
  const planes: (readonly number[])[] = [];
  for (const alike of byText.values()) {
    planes.push(...(yield* clusters(alike, (a, b) => isSamePlane(at(a), at(b)))));
    if (planes.length > volumeLimits.stacksMax) return undefined;
  }
  return planes.map((indices) => ({ indices, label: unsplit }));
}

/** What kind a slice is of; the text of the slice before, where it is the same. */
function createTextOf(at: (index: number) => Slice): (index: number) => string {
  let known: { readonly slice: Slice; readonly text: string } | undefined;
  return (index) => {
    const slice = at(index);
    const { sopClassUid, direction, kind } = slice;
    const isSame =
      known?.slice.kind === kind &&
      known.slice.direction === direction &&
      known.slice.sopClassUid === sopClassUid;
    if (known === undefined || !isSame) {
      known = { slice, text: `${sopClassUid}\n${direction}\n${kind}` };
    }
    return known.text;
  };
}

function isSamePlane(a: Slice, b: Slice): boolean {
  return isSameGrid(a.geometry, b.geometry) && isSameOrientation(a.geometry, b.geometry);
}

/** Each goes to the first cluster whose first member it is like. Ends where there are too many. */
function* clusters(
  indices: readonly number[],
  isAlike: (a: number, b: number) => boolean,
): Steps<readonly (readonly number[])[]> {
  const found: number[][] = [];
  for (const index of indices) {
    const home = found.find(([first]) => first !== undefined && isAlike(first, index));
    if (home !== undefined) home.push(index);
    else if (found.push([index]) > volumeLimits.stacksMax) return found;
    yield;
  }
  return found;
}

/** Indices of slices by place, then by all that is known of them: the same whatever came first. */
export function* canonicalOrder(slices: readonly (Slice | undefined)[]): Steps<readonly number[]> {
  const known = slices.flatMap((slice, index) => (slice === undefined ? [] : [{ slice, index }]));
  yield;
  const byPlace = known.toSorted((a, b) => comparePlace(a.slice, b.slice));
  yield;
  const order: number[] = [];
  let here: KnownSlice[] = [];
  for (const [at, each] of byPlace.entries()) {
    here.push(each);
    yield;
    const next = byPlace[at + 1];
    if (next !== undefined && comparePlace(each.slice, next.slice) === 0) continue;
    for (const { index } of here.length === 1 ? here : orderOfPlace(here)) order.push(index);
    here = [];
  }
  return order;
}

function comparePlace(a: Slice, b: Slice): number {
  const [p, q] = [a.geometry.positionLps, b.geometry.positionLps];
  return p[0] - q[0] || p[1] - q[1] || p[2] - q[2];
}
