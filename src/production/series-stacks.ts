import { present } from '../lib/assert.ts';
import {
  type DescribedStack,
  type RefusedStack,
  type SourceSlice,
  type StackOutcome,
  slicesInFile,
  toldApartBy,
  type VolumePlan,
  volumeErrors,
} from '../volume/index.ts';
import { firstWithheld, mayBeRepaired, type WithheldImages } from './withheld-images.ts';

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
export interface NamedRefusal {
  readonly name: string;
  readonly code: string;
  /** Undefined where what came may have been broken on its way: it says nothing of the images. */
  readonly described: RefusedStack | undefined;
}

/** What a series turned out to hold. */
export interface SeriesStacks {
  readonly stacks: readonly KnownStack[];
  readonly refused: readonly NamedRefusal[];
  /** Why there is none, or not one alone, for those who asked for the one volume. */
  readonly refusal: string | undefined;
  /** Whether these are all stacks of the series, so far as images show them. */
  readonly isProven: boolean;
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
  isProven: false,
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
  const refused: NamedRefusal[] = [];
  const spoilt: string[] = [];
  const unplanned: string[] = [];
  for (const { outcome, stackKey, slices, leftOut } of outcomes) {
    const all = sourcesAt(slices);
    const spoiler = all[0] === undefined ? undefined : withheld.spoilerOf(all[0].slice.facts);
    if (spoiler !== undefined) spoilt.push(spoiler);
    if (!outcome.ok) unplanned.push(outcome.code);
    const code = spoiler ?? (outcome.ok ? undefined : outcome.code);
    if (code !== undefined && stackKey !== undefined) {
      const refusal = { code, slices: all, toldApartBy: toldApartBy(stackKey, keys) };
      const described = mayBeRepaired(code) ? undefined : refusal;
      refused.push({ name: nameOf(stackKey), code, described });
    }
    if (code !== undefined || !outcome.ok) continue;
    const plan = outcome.value;
    const described: DescribedStack = {
      plan,
      slices: slicesInFile(plan, all),
      leftOut: sourcesAt(leftOut),
      toldApartBy: toldApartBy(plan.stackKey, keys),
    };
    stacks.push({ name: nameOf(plan.stackKey), plan, slices, described });
  }
  const isProven = stacks.length > 0 || refused.some(({ described }) => described !== undefined);
  if (stacks.length === 0) {
    const refusal = firstWithheld(spoilt) ?? firstRefusal(unplanned);
    return { stacks, refused, refusal, isProven };
  }
  const isAlone = stacks.length + refused.length === 1;
  return { stacks, refused, refusal: isAlone ? undefined : 'VOLUME_SEVERAL_STACKS', isProven };
}

/** Of several reasons the first in the table of errors, so that none depends on what came first. */
function firstRefusal(codes: readonly string[]): string | undefined {
  return precedence.find((code) => codes.includes(code));
}

const precedence = Object.keys(volumeErrors.rows);
