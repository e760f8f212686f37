import { present } from '../lib/assert.ts';
import {
  type CorrectedStack,
  type DescribedStack,
  type RefusedStack,
  type SourceSlice,
  type StackOutcome,
  type StackTrait,
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
  /** Name of the correction that makes it a volume; undefined of one that is one as it is. */
  readonly correction: string | undefined;
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
  /** Those that are for its refusal. */
  readonly corrections: readonly NamedCorrection[];
}

/** What a correction makes of a stack that is refused: a volume, or nothing. */
export type NamedCorrection = { readonly correction: string } & (
  | { readonly stack: KnownStack; readonly code?: undefined }
  | { readonly code: string; readonly stack?: undefined }
);

/** What a series turned out to hold. */
export interface SeriesStacks {
  readonly stacks: readonly KnownStack[];
  readonly refused: readonly NamedRefusal[];
  /** The series has one stack. */
  readonly isAlone: boolean;
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
  isAlone: false,
  refusal,
  isProven: false,
});

/** No voxels of the series can be written; what is no volume by its headers is none in any case. */
export function withoutVoxels(series: SeriesStacks, code: string): SeriesStacks {
  const refused = series.refused.map((each) => ({
    ...each,
    corrections: each.corrections.map((made) => ({
      correction: made.correction,
      code: made.code ?? code,
    })),
  }));
  return { ...series, stacks: [], refused, refusal: code, isProven: false };
}

/** The stacks whose voxels are a volume, as they are or as one of these corrections makes them. */
export function volumesOf(
  { stacks, refused }: SeriesStacks,
  corrections: ReadonlySet<string>,
): readonly KnownStack[] {
  const corrected = refused.flatMap((each) => each.corrections);
  return [
    ...stacks,
    ...corrected.flatMap(({ correction, stack }) =>
      stack !== undefined && corrections.has(correction) ? [stack] : [],
    ),
  ];
}

/** The stacks that were planned, without those that lack an image which may not leave. */
export function seriesStacks(
  outcomes: readonly StackOutcome[],
  headers: SeriesHeaders,
): SeriesStacks {
  const keys = outcomes.flatMap(({ stackKey }) => (stackKey === undefined ? [] : [stackKey]));
  const stacks: KnownStack[] = [];
  const refused: NamedRefusal[] = [];
  const spoilt: string[] = [];
  const unplanned: string[] = [];
  for (const planned of outcomes) {
    const { outcome, stackKey, slices } = planned;
    const [first] = sourcesAt(headers, slices.slice(0, 1));
    const spoiler = first === undefined ? undefined : headers.withheld.spoilerOf(first.slice.facts);
    if (spoiler !== undefined) spoilt.push(spoiler);
    if (!outcome.ok) unplanned.push(outcome.code);
    const code = spoiler ?? (outcome.ok ? undefined : outcome.code);
    if (stackKey === undefined) continue;
    const named = {
      name: headers.nameOf(stackKey),
      correction: undefined,
      toldApartBy: toldApartBy(stackKey, keys),
    };
    if (code !== undefined) refused.push(refusedOf({ ...planned, code }, named, headers));
    else if (outcome.ok) {
      stacks.push(knownOf({ ...planned, plan: outcome.value }, named, headers));
    }
  }
  const isAlone = stacks.length + refused.length === 1;
  const isProven = stacks.length > 0 || refused.some(({ described }) => described !== undefined);
  const several = isAlone ? undefined : 'VOLUME_SEVERAL_STACKS';
  const none = firstWithheld(spoilt) ?? firstRefusal(unplanned);
  return { stacks, refused, isAlone, isProven, refusal: stacks.length > 0 ? several : none };
}

/** How a stack is called, and why not as others. */
interface NamedStack extends Pick<KnownStack, 'name' | 'correction'> {
  readonly toldApartBy: readonly StackTrait[];
}

function knownOf(
  planned: Pick<KnownStack, 'plan' | 'slices'> & { readonly leftOut: readonly number[] },
  { name, correction, toldApartBy: traits }: NamedStack,
  headers: SeriesHeaders,
): KnownStack {
  const { plan, slices, leftOut } = planned;
  const described: DescribedStack = {
    plan,
    slices: slicesInFile(plan, sourcesAt(headers, slices)),
    leftOut: sourcesAt(headers, leftOut),
    toldApartBy: traits,
  };
  return { name, correction, plan, slices, described };
}

function refusedOf(
  planned: Pick<StackOutcome, 'outcome' | 'slices' | 'corrected'> & { readonly code: string },
  named: NamedStack,
  headers: SeriesHeaders,
): NamedRefusal {
  const { code, outcome, slices } = planned;
  const { name } = named;
  const [first] = sourcesAt(headers, slices.slice(0, 1));
  if (first !== undefined && headers.withheld.mayBeWhole(first.slice.facts)) {
    return { name, code, described: undefined, corrections: [] };
  }
  // No correction brings back what an image lacks that may not leave.
  const isOfImages = !outcome.ok && outcome.code === code;
  const corrections = isOfImages
    ? planned.corrected.map((each) => correctionOf(each, named, headers))
    : [];
  const described: RefusedStack = {
    code,
    slices: sourcesAt(headers, slices),
    toldApartBy: named.toldApartBy,
    corrections: corrections.map((made) => ({
      name: made.correction,
      refusal: made.code,
      leftOut: made.stack?.described.leftOut ?? [],
    })),
  };
  return { name, code, described, corrections };
}

function correctionOf(
  { correction, outcome, slices, leftOut }: CorrectedStack,
  named: NamedStack,
  headers: SeriesHeaders,
): NamedCorrection {
  if (!outcome.ok) return { correction, code: outcome.code };
  const planned = { plan: outcome.value, slices, leftOut };
  return { correction, stack: knownOf(planned, { ...named, correction }, headers) };
}

function sourcesAt({ sources }: SeriesHeaders, indices: readonly number[]): readonly SourceSlice[] {
  return indices.map((index) => present(sources[index], 'a slice of the series'));
}

/** Of several reasons the first in the table of errors, so that none depends on what came first. */
function firstRefusal(codes: readonly string[]): string | undefined {
  return precedence.find((code) => codes.includes(code));
}

const precedence = Object.keys(volumeErrors.rows);
