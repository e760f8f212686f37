import { present } from '../lib/assert.ts';
import {
  type DescribedStack,
  type SourceSlice,
  type StackOutcome,
  slicesInFile,
  toldApartBy,
  type VolumePlan,
  volumeErrors,
} from '../volume/index.ts';
import { firstWithheld, type WithheldImages } from './withheld-images.ts';

/** A stack that can be made into files. */
export interface MadeStack {
  /** `v-<H>` and the suffixes of its kind. */
  readonly name: string;
  readonly plan: VolumePlan;
}

/** A stack of which all headers are known. */
export interface KnownStack extends MadeStack {
  /** Its slices among those of the series, in the order of the plan's `placeOf`. */
  readonly slices: readonly number[];
  readonly described: DescribedStack;
}

/** A stack that cannot. */
export interface RefusedStack {
  readonly name: string;
  readonly code: string;
}

/** What a series turned out to hold. */
export interface SeriesStacks {
  readonly stacks: readonly KnownStack[];
  readonly refused: readonly RefusedStack[];
  /** Why there is none, or not one alone, for those who asked for the one volume. */
  readonly refusal: string | undefined;
}

/** What the stacks of a series are made of. */
export interface SeriesHeaders {
  /** All slices, in the order in which they were planned. */
  readonly sources: readonly SourceSlice[];
  readonly withheld: WithheldImages;
  /** The name of the stack with this key. */
  readonly nameOf: (stackKey: string) => string;
}

/** A series of which nothing can be made. */
export const nothingFor = (refusal: string): SeriesStacks => ({
  stacks: [],
  refused: [],
  refusal,
});

/** The stacks that were planned, without those that lack an image which may not leave. */
export function seriesStacks(
  outcomes: readonly StackOutcome[],
  { sources, withheld, nameOf }: SeriesHeaders,
): SeriesStacks {
  const keys = outcomes.flatMap(({ stackKey }) => (stackKey === undefined ? [] : [stackKey]));
  const sourcesAt = (indices: readonly number[]): readonly SourceSlice[] =>
    indices.map((index) => present(sources[index], 'a slice of the series'));
  const stacks: KnownStack[] = [];
  const refused: RefusedStack[] = [];
  const spoilt: string[] = [];
  const unplanned: string[] = [];
  for (const { outcome, stackKey, slices, leftOut } of outcomes) {
    const [first] = sourcesAt(slices.slice(0, 1));
    const spoiler = first === undefined ? undefined : withheld.spoilerOf(first.slice.facts);
    if (spoiler !== undefined) spoilt.push(spoiler);
    if (!outcome.ok) unplanned.push(outcome.code);
    const code = spoiler ?? (outcome.ok ? undefined : outcome.code);
    if (code !== undefined && stackKey !== undefined)
      refused.push({ name: nameOf(stackKey), code });
    if (code !== undefined || !outcome.ok) continue;
    const plan = outcome.value;
    const described: DescribedStack = {
      plan,
      slices: slicesInFile(plan, sourcesAt(slices)),
      leftOut: sourcesAt(leftOut),
      toldApartBy: toldApartBy(plan.stackKey, keys),
    };
    stacks.push({ name: nameOf(plan.stackKey), plan, slices, described });
  }
  if (stacks.length === 0) {
    return { stacks, refused, refusal: firstWithheld(spoilt) ?? firstRefusal(unplanned) };
  }
  const isAlone = stacks.length + refused.length === 1;
  return { stacks, refused, refusal: isAlone ? undefined : 'VOLUME_SEVERAL_STACKS' };
}

/** Of several reasons the first in the table of errors, so that none depends on what came first. */
function firstRefusal(codes: readonly string[]): string | undefined {
  return precedence.find((code) => codes.includes(code));
}

const precedence = Object.keys(volumeErrors.rows);
