import { present } from '../lib/assert.ts';
import { malformed } from '../lib/result.ts';
import { atOnce } from '../lib/streams/steps.ts';
import { differenceOf, type StackTraits } from './difference.ts';
import type { VolumeRefusal } from './errors.ts';
import { type Reason, refusalOf } from './first-refusal.ts';
import { canonicalOrder, unsplit } from './groups.ts';
import { misplacementOf } from './placement.ts';
import { planStack, seriesOf } from './plan-stack.ts';
import { readSlice, type Slice } from './slice.ts';
import { normalize, scale, type Vector3 } from './vector.ts';
import type { PlanOutcome, PlanSlice, VolumePlan } from './volume-format.ts';

/**
 * Join slices that are all of one stack into one volume, or say why that would not be true to them.
 *
 * Slices are placed by their position along the slice normal (row x column direction), never by name
 * or number. The order of the input does not matter, neither for the plan nor for the code of a
 * refusal: of several reasons the first in the table of errors is given. `offset` of a refusal is
 * the index of a slice that showed it.
 */
export function planVolume(slices: readonly PlanSlice[]): PlanOutcome {
  const reasons: Reason[] = [];
  const read: Slice[] = [];
  for (const [index, slice] of slices.entries()) {
    const outcome = readSlice(slice);
    if (outcome.ok) read.push(outcome.value);
    else reasons.push({ code: outcome.code, index });
  }
  const reason = refusalOf(reasons);
  if (reason !== undefined) return malformed(reason.code, reason.index);
  return inInputOrder(read, atOnce(canonicalOrder(read)));
}

/** Plan in canonical order; places as the input has them. */
function inInputOrder(read: readonly Slice[], order: readonly number[]): PlanOutcome {
  const { outcome } = atOnce(planStack(seriesOf(read), order, unsplit));
  if (!outcome.ok) return outcome;
  const placeOf = new Array<number>(order.length);
  for (const [at, place] of outcome.value.placeOf.entries()) {
    placeOf[present(order[at], 'an index of the list')] = place;
  }
  return { ok: true, value: { ...outcome.value, placeOf } };
}

/**
 * The plan of a volume of three dimensions before all headers are known: the positions of all slices
 * as the IMAGE level of a query gives them (`positionOf`), and one header. Every header that arrives
 * is then held against it with `checkSlice`, because a query only claims what the instances prove.
 *
 * @param positions one per slice; a record without a position makes it VOLUME_NO_GEOMETRY
 * @param first any slice of the stack; the lowest one gives exactly the plan of `planVolume`
 */
export function planFromPositions(
  positions: readonly (Vector3 | undefined)[],
  first: PlanSlice,
): PlanOutcome {
  const known = positions.filter((position) => position !== undefined);
  if (known.length < positions.length || known.length === 0) {
    return malformed('VOLUME_NO_GEOMETRY', Math.max(0, positions.indexOf(undefined)));
  }
  const slice = readSlice(first);
  if (!slice.ok) return slice;
  // Slices of one place have no order that positions alone could tell.
  const claimed = known.map((positionLps) => ({
    ...slice.value,
    order: [],
    geometry: { ...slice.value.geometry, positionLps },
  }));
  return inInputOrder(
    claimed,
    claimed.map((_, index) => index),
  );
}

/** Why the slice at input place `index` does not belong where `plan` has it; undefined when it does. */
export function checkSlice(
  plan: VolumePlan,
  index: number,
  slice: PlanSlice,
): VolumeRefusal | undefined {
  const outcome = readSlice(slice);
  if (!outcome.ok) return outcome.code;
  const difference = differenceOf(traitsOf(plan), outcome.value);
  if (difference !== undefined) return difference;
  if (!isSameScale(plan, outcome.value)) return 'VOLUME_NOT_AS_LISTED';
  const place = present(plan.placeOf[index], 'index of a planned slice');
  const line = {
    originLps: columnOf(plan, 3),
    normal: normalize(columnOf(plan, 2)),
    spacingMm: plan.spacingMm[2],
  };
  const fault = misplacementOf(outcome.value.geometry.positionLps, place, line);
  return fault === undefined ? undefined : 'VOLUME_NOT_AS_LISTED';
}

function isSameScale(plan: VolumePlan, { scale: { slope, intercept } }: Slice): boolean {
  const claimed = plan.scale;
  return claimed !== 'per-frame' && claimed.slope === slope && claimed.intercept === intercept;
}

/** Column 0 to 3 of the affine: along i, j, k, and the origin. */
function columnOf(plan: VolumePlan, column: number): Vector3 {
  const at = (row: number): number => present(plan.affineLps[row * 4 + column], 'a 3x4 affine');
  return [at(0), at(1), at(2)];
}

function traitsOf(plan: VolumePlan): StackTraits {
  const [columnSpacingMm, rowSpacingMm] = plan.spacingMm;
  return {
    sopClassUid: plan.sopClassUid,
    geometry: {
      rows: plan.rows,
      columns: plan.columns,
      rowDirectionLps: scale(columnOf(plan, 0), 1 / columnSpacingMm),
      columnDirectionLps: scale(columnOf(plan, 1), 1 / rowSpacingMm),
      rowSpacingMm,
      columnSpacingMm,
    },
    format: plan.format,
    kind: plan.kind,
  };
}
