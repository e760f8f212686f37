import { present } from '../lib/assert.ts';
import { malformed } from '../lib/result.ts';
import { type Reason, refusalOf } from './first-refusal.ts';
import { canonicalOrder, groupByKind, type SliceGroup } from './groups.ts';
import { planStack } from './plan-stack.ts';
import { readSlice, type Slice } from './slice.ts';
import { stackKeyOf } from './stack-key.ts';
import { splitTraits } from './traits.ts';
import type { PlanSlice, StackOutcome } from './volume-format.ts';

/**
 * The stacks of a series: told apart by kind, and where slices lie at one place also by what else
 * makes whole stacks of them (`traits.ts`). The order of the input does not matter.
 *
 * A slice that cannot be read refuses the stacks that it could be of, and no others.
 */
export function planSeries(slices: readonly PlanSlice[]): readonly StackOutcome[] {
  const reasons: Reason[] = [];
  const read = slices.map((slice, index) => {
    const outcome = readSlice(slice);
    if (outcome.ok) return outcome.value;
    reasons.push({ code: outcome.code, index });
    return undefined;
  });
  const known = read as readonly Slice[];
  const order = canonicalOrder(read);
  const groups = groupByKind(read, order);
  if (groups === undefined)
    return spoil([], [{ code: 'VOLUME_TOO_MANY_STACKS', index: order[0] ?? 0 }]);
  const isPart = isPartMissing(read);
  const stacks = groups.map((group) => {
    const reference = present(known[group.indices[0] ?? 0], 'a slice of the group');
    const spoilt = reasons.filter(({ index }) => couldBeOf(slices[index], reference));
    if (isPart) spoilt.push({ code: 'VOLUME_UNEVEN_SPACING', index: group.indices[0] ?? 0 });
    return { planned: planGroup(known, group, splitTraits.keys().toArray()), spoilt };
  });
  const homed = new Set<Reason>();
  for (const { spoilt } of stacks) for (const reason of spoilt) homed.add(reason);
  const homeless = reasons.filter((reason) => !homed.has(reason));
  return [
    ...stacks.flatMap(({ planned, spoilt }) => spoil(planned, spoilt)),
    ...(homeless.length === 0 ? [] : spoil([], homeless)),
  ];
}

/** Whether a concatenation says that it has more parts than are here. */
function isPartMissing(slices: readonly (Slice | undefined)[]): boolean {
  const parts = new Set<number>();
  let total = 0;
  for (const slice of slices) {
    if (slice?.part === undefined) continue;
    parts.add(slice.part.number);
    total = Math.max(total, slice.part.total);
  }
  return parts.size < total;
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
  return [{ slices, leftOut: [], stackKey, outcome: malformed(reason.code, reason.index) }];
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

function planGroup(
  slices: readonly Slice[],
  group: SliceGroup,
  traits: readonly number[],
): readonly StackOutcome[] {
  const { indices, label } = group;
  const { outcome, leftOut } = planStack(slices, indices, label);
  const lowest = present(slices[indices[0] ?? 0], 'a slice of the group');
  const stackKey = outcome.ok ? outcome.value.stackKey : stackKeyOf(lowest, label);
  const whole = [{ slices: indices, leftOut, stackKey, outcome }];
  if (outcome.ok && outcome.value.volumes === 1 && leftOut.length === 0) return whole;
  for (const [at, trait] of traits.entries()) {
    const parts = partsOf(slices, group, trait);
    if (parts.length < 2) continue;
    const planned = parts.map((part) => planGroup(slices, part, traits.slice(at + 1)));
    if (planned.flat().every((stack) => stack.outcome.ok && stack.leftOut.length === 0)) {
      return planned.flat();
    }
  }
  return whole;
}

function partsOf(
  slices: readonly Slice[],
  { indices, label }: SliceGroup,
  trait: number,
): readonly SliceGroup[] {
  const valueOf = (index: number): string => slices[index]?.traits[trait] ?? '';
  const name = splitTraits[trait]?.name ?? '';
  return [...Map.groupBy(indices, valueOf)].map(([value, members]) => ({
    indices: members,
    label: [...label, `${name}=${value}`],
  }));
}
