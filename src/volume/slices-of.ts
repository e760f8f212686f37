import { type Fact, fact, type ImageFacts, type SliceFacts } from '../facts/index.ts';
import type { Steps } from '../lib/streams/steps.ts';
import { createScanOfSlice } from './scan-of-slice.ts';
import type { PlanSlice } from './volume-format.ts';

/**
 * The slices that an object holds: one, or as many as it says, frame by frame and tile by tile. Those
 * of a tiled frame differ in their places alone, which need not be found out for each again.
 */
export function* slicesOf(
  facts: ImageFacts,
  transferSyntaxUid: string,
): Steps<readonly PlanSlice[]> {
  if (facts.slices.length === 0) return [{ facts, transferSyntaxUid }];
  const scanOf = createScanOfSlice(facts);
  const own = { frames: fact(1), slices: [] };
  const slices: PlanSlice[] = [];
  let first: { readonly slice: SliceFacts; readonly planned: PlanSlice } | undefined;
  for (const [number, slice] of facts.slices.entries()) {
    const { direction } = slice;
    const ofSlice = { ...facts, ...scanOf(slice), ...slice, ...own };
    const like = first !== undefined && isLike(first.slice, slice) ? first.planned : undefined;
    const planned = { transferSyntaxUid, direction, number, facts: ofSlice, like };
    if (like === undefined) first = { slice, planned };
    slices.push(planned);
    yield;
  }
  return slices;
}

/** Whether tiles say the same of themselves, but for where they are. */
function isLike(one: SliceFacts, other: SliceFacts): boolean {
  if (one.tile === undefined || other.tile === undefined) return false;
  const names = Object.keys(one) as (keyof SliceFacts)[];
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => placeNames.has(name) || isSame(one[name], other[name]))
  );
}

const placeNames: ReadonlySet<string> = new Set(['frame', 'tile', 'position']);

function isSame(one: unknown, other: unknown): boolean {
  return one === other || (isFact(one) && isFact(other) && one.value === other.value);
}

const isFact = (given: unknown): given is Fact<unknown> & { readonly kind: 'value' } =>
  typeof given === 'object' && given !== null && 'kind' in given && given.kind === 'value';
