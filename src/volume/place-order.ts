import { isEqual } from './is-equal.ts';
import type { Slice } from './slice.ts';

/** A slice, and which one it is. */
export interface KnownSlice {
  readonly slice: Slice;
  readonly index: number;
}

/**
 * Slices of one place by the text of all that is known of them. Nearly all of it is alike: where the
 * first thing that is not decides, the rest is not made text of.
 */
export function orderOfPlace(slices: readonly KnownSlice[]): readonly KnownSlice[] {
  const texts = textsOf(slices);
  return slices
    .map((each, at) => ({ each, text: texts[at] ?? '' }))
    .toSorted((a, b) => (a.text < b.text ? -1 : 1))
    .map(({ each }) => each);
}

/** Texts of slices that compare as those of the whole slices would. */
function textsOf(slices: readonly KnownSlice[]): readonly string[] {
  const [first, ...others] = slices;
  const names = Object.keys(first?.slice ?? {}) as (keyof Slice)[];
  const differing = names.find((name) =>
    others.some(({ slice }) => !isEqual(slice[name], first?.slice[name])),
  );
  const whole = (): readonly string[] => slices.map(({ slice }) => JSON.stringify(slice));
  if (differing === undefined) return whole();
  // A text of one of these is never the start of another.
  const isClosed = slices.every(({ slice }) => typeof slice[differing] === 'object');
  if (!isClosed) return whole();
  const texts = slices.map(({ slice }) => JSON.stringify(slice[differing]));
  return new Set(texts).size === texts.length ? texts : whole();
}
