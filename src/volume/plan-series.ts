import { present } from '../lib/assert.ts';
import { malformed } from '../lib/result.ts';
import { atOnce, type Steps } from '../lib/streams/steps.ts';
import { correctionsOf } from './correct-stacks.ts';
import { type Reason, refusalOf } from './first-refusal.ts';
import { canonicalOrder, groupByKind, type SliceGroup } from './groups.ts';
import { volumeLimits } from './limits.ts';
import { missingParts } from './missing-parts.ts';
import { planStack, type SeriesSlices, seriesOf } from './plan-stack.ts';
import { createSliceReader, type Slice } from './slice.ts';
import { stackKeyOf } from './stack-key.ts';
import { withTraces } from './traces.ts';
import { splitTraits } from './traits.ts';
import type { PlanOutcome, PlanSlice, StackOutcome } from './volume-format.ts';

/** The stacks of a series of few slices (`planInSteps`). */
export function planSeries(slices: readonly PlanSlice[]): readonly StackOutcome[] {
  return atOnce(planInSteps(slices));
}

/**
 * The stacks of a series: told apart by kind, and where slices lie at one place also by what else
 * makes whole stacks of them (`traits.ts`). The order of the input does not matter.
 *
 * A slice that cannot be read refuses the stacks that it could be of, and no others.
 */
export function* planInSteps(slices: readonly PlanSlice[]): Steps<readonly StackOutcome[]> {
  const reasons: Reason[] = [];
  const read: (Slice | undefined)[] = [];
  const readSlice = createSliceReader();
  for (const [index, slice] of withTraces(slices).entries()) {
    const outcome = readSlice(slice);
    if (!outcome.ok) reasons.push({ code: outcome.code, index });
    read.push(outcome.ok ? outcome.value : undefined);
    yield;
  }
  const series = seriesOf(read);
  const order = yield* canonicalOrder(read);
  const groups = yield* groupByKind(read, order);
  if (groups === undefined)
    return spoil([], [{ code: 'VOLUME_TOO_MANY_STACKS', index: order[0] ?? 0 }]);
  const broken = missingParts(read);
  const stacks: { planned: readonly StackOutcome[]; spoilt: Reason[] }[] = [];
  for (const group of groups) {
    const reference = present(read[group.indices[0] ?? 0], 'a slice of the group');
    const spoilt = reasons.filter(({ index }) => couldBeOf(slices[index], reference));
    const part = group.indices.find((index) => broken.has(read[index]?.part?.of ?? ''));
    if (part !== undefined) spoilt.push({ code: 'VOLUME_UNEVEN_SPACING', index: part });
    const planned = yield* planGroup(series, group, splitTraits.keys().toArray());
    stacks.push({ planned, spoilt });
  }
  const homed = new Set<Reason>();
  for (const { spoilt } of stacks) for (const reason of spoilt) homed.add(reason);
  const homeless = reasons.filter((reason) => !homed.has(reason));
  const outcomes = [
    ...stacks.flatMap(({ planned, spoilt }) => spoil(planned, spoilt)),
    ...(homeless.length === 0 ? [] : spoil([], homeless)),
  ];
  if (outcomes.length > volumeLimits.stacksMax) {
    return spoil(outcomes, [{ code: 'VOLUME_TOO_MANY_STACKS', index: order[0] ?? 0 }]);
  }
  const corrected: StackOutcome[] = [];
  for (const stack of withKeysOnce(outcomes)) {
    corrected.push({ ...stack, corrected: yield* correctionsOf(series, stack) });
    yield;
  }
  return corrected;
}

/** Stacks that differ by less than their names tell would overwrite each other: none of them is made. */
function withKeysOnce(outcomes: readonly StackOutcome[]): readonly StackOutcome[] {
  const byKey = Map.groupBy(outcomes, (stack) => stack.stackKey ?? stack);
  return [...byKey.values()].flatMap((alike) => {
    const [only, another] = alike;
    if (only === undefined || another === undefined) return alike;
    return spoil(alike, [{ code: 'VOLUME_MIXED_ORIENTATION', index: only.slices[0] ?? 0 }]);
  });
}

/** The stacks as they are, or refused for what cannot be read and could be of them. */
function spoil(
  planned: readonly StackOutcome[],
  reasons: readonly Reason[],
): readonly StackOutcome[] {
  const reason = refusalOf(reasons);
  if (reason === undefined) return planned;
  const indices = [...planned.flatMap((each) => each.slices), ...reasons.map(({ index }) => index)];
  const slices = [...new Set(indices)];
  const stackKey = planned[0]?.stackKey;
  const outcome = malformed(reason.code, reason.index);
  return [{ slices, leftOut: [], stackKey, outcome, corrected: [] }];
}

/** Whether an image that is no slice may be one that a stack lacks. */
function couldBeOf(slice: PlanSlice | undefined, { geometry, sopClassUid }: Slice): boolean {
  if (slice === undefined || slice.facts.sopClassUid !== sopClassUid) return false;
  const { rows, columns } = slice.facts;
  return (
    (rows.kind !== 'value' || rows.value === geometry.rows) &&
    (columns.kind !== 'value' || columns.value === geometry.columns)
  );
}

function* planGroup(
  series: SeriesSlices,
  group: SliceGroup,
  traits: readonly number[],
): Steps<readonly StackOutcome[]> {
  const { indices, label } = group;
  const { outcome, leftOut } = yield* planStack(series, indices, label);
  const lowest = present(series.slices[indices[0] ?? 0], 'a slice of the group');
  const stackKey = outcome.ok ? outcome.value.stackKey : stackKeyOf(lowest, label);
  const whole = [{ slices: indices, leftOut, stackKey, outcome, corrected: [] }];
  if (outcome.ok && outcome.value.volumes === 1 && leftOut.length === 0) return whole;
  for (const [at, trait] of traits.entries()) {
    const parts = partsOf(series.slices, group, trait);
    yield;
    if (parts.length < 2) continue;
    const planned: StackOutcome[] = [];
    for (const part of parts)
      planned.push(...(yield* planGroup(series, part, traits.slice(at + 1))));
    if (planned.every((stack) => isWholeBeside(stack, outcome))) return planned;
  }
  return whole;
}

/**
 * Whether a part of a stack is one by itself: it lacks nothing, and where the stack is one volume
 * after another, it has all their places. One image is no stack beside others of its place.
 */
function isWholeBeside({ outcome, leftOut }: StackOutcome, stack: PlanOutcome): boolean {
  if (!outcome.ok || leftOut.length > 0) return false;
  const { slices, volumes } = outcome.value;
  return !stack.ok || (slices === stack.value.slices && slices * volumes > 1);
}

function partsOf(
  slices: readonly Slice[],
  { indices, label }: SliceGroup,
  trait: number,
): readonly SliceGroup[] {
  const { name = '', isMeasured = false } = splitTraits[trait] ?? {};
  const stated = (index: number): string => slices[index]?.traits[trait] ?? '';
  const [first = -1] = indices;
  if (indices.every((index) => stated(index) === stated(first))) return [{ indices, label }];
  const nearest = isMeasured ? nearValues(indices.map(stated)) : undefined;
  const valueOf = (index: number): string => nearest?.get(stated(index)) ?? stated(index);
  return [...Map.groupBy(indices, valueOf)].map(([value, members]) => ({
    indices: members,
    label: [...label, `${name}=${value}`],
  }));
}

/** Numbers that are near each other as one: the least of them, by each. */
function nearValues(texts: readonly string[]): ReadonlyMap<string, string> {
  const sorted = [...new Set(texts)]
    .filter((text) => text !== '')
    .toSorted((a, b) => Number(a) - Number(b));
  const least = new Map<string, string>();
  for (const [at, text] of sorted.entries()) {
    const before = sorted[at - 1];
    const isNear =
      before !== undefined && Number(text) <= Number(before) * (1 + volumeLimits.measuredTolerance);
    least.set(text, isNear ? (least.get(before) ?? text) : text);
  }
  return least;
}
