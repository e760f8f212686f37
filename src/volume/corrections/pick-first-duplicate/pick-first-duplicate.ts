import { present } from '../../../lib/assert.ts';
import { malformed, ok } from '../../../lib/result.ts';
import { placesOf } from '../../places.ts';
import type { Slice } from '../../slice.ts';
import { axisOf } from '../../slice-axis.ts';
import type { StackCorrection } from '../../stack-correction.ts';
import { areOfOneKind } from './are-of-one-kind.ts';

/**
 * Of several slices at one place the one with the lowest instance number: the first try, where a slice
 * was repeated.
 */
export const pickFirstDuplicate: StackCorrection = {
  name: 'pick-first-duplicate',
  corrects: new Set(['VOLUME_DUPLICATE_POSITION']),
  keep(slices) {
    const at = (index: number): Slice => present(slices[index], 'a slice of the stack');
    const places = placesOf([...slices.keys()], at, axisOf(at(0)));
    const kept: number[] = [];
    for (const place of places) {
      const first = firstOf(place, at);
      if (first === undefined) return malformed('VOLUME_DUPLICATES_UNDECIDED', place[0] ?? 0);
      kept.push(first);
    }
    if (kept.length === slices.length) return malformed('VOLUME_NOTHING_TO_CORRECT', 0);
    // Where most places have several, these are volumes of which one lacks a slice.
    const repeated = places.filter(({ length }) => length > 1).length;
    if (2 * repeated > places.length) return malformed('VOLUME_DUPLICATES_UNDECIDED', 0);
    const slicesOfPlaces = places.map((place) => place.map(at));
    return areOfOneKind(kept.map(at), slicesOfPlaces)
      ? ok(kept)
      : malformed('VOLUME_DUPLICATES_UNDECIDED', kept[0] ?? 0);
  },
};

/** Undefined where numbers do not say which of them is. */
function firstOf(place: readonly number[], at: (index: number) => Slice): number | undefined {
  const [only, another] = place;
  if (another === undefined) return only;
  const numbered = place.map((index) => ({ index, number: at(index).instanceNumber }));
  if (numbered.some(({ number }) => number === undefined)) return undefined;
  const [first, second] = numbered.toSorted((a, b) => (a.number ?? 0) - (b.number ?? 0));
  return first?.number === second?.number ? undefined : first?.index;
}
