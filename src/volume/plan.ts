import { present } from '../lib/assert.ts';
import { malformed, ok } from '../lib/result.ts';
import { differenceOf, type StackTraits } from './difference.ts';
import { type VolumeRefusal, volumeErrors } from './errors.ts';
import { volumeLimits } from './limits.ts';
import { misplacementOf, placeSlices } from './placement.ts';
import { readSlice, type Slice } from './slice.ts';
import { stackKeyOf } from './stack-key.ts';
import { cross, dot, normalize, scale, type Vector3 } from './vector.ts';
import type {
  PlanOutcome,
  PlanSlice,
  SliceGeometry,
  StackOutcome,
  VolumePlan,
} from './volume-format.ts';

/**
 * Join slices into one volume, or say why that would not be true to them.
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
  return refusalOf(reasons) ?? planAlike(read);
}

/** The stacks of a series: all of its slices are one. */
export function planSeries(slices: readonly PlanSlice[]): readonly StackOutcome[] {
  if (slices.length === 0) return [];
  const outcome = planVolume(slices);
  return [{ slices: slices.map((_, index) => index), outcome }];
}

interface Reason {
  readonly code: VolumeRefusal;
  readonly index: number;
}

const precedence = Object.keys(volumeErrors.rows) as readonly VolumeRefusal[];

function refusalOf(reasons: readonly Reason[]): PlanOutcome | undefined {
  const code = precedence.find((each) => reasons.some((reason) => reason.code === each));
  const reason = reasons.find((each) => each.code === code);
  return reason === undefined ? undefined : malformed(reason.code, reason.index);
}

function planAlike(read: readonly Slice[]): PlanOutcome {
  const order = canonicalOrder(read);
  const sorted = order.map((index) => present(read[index], 'a slice of the list'));
  const reference = lowestOf(sorted);
  if (reference === undefined) return malformed('VOLUME_SINGLE_SLICE', 0);
  const reasons = read.flatMap((slice, index) => {
    const code = differenceOf(reference, slice);
    return code === undefined ? [] : [{ code, index }];
  });
  const refusal = refusalOf(reasons);
  if (refusal !== undefined) return refusal;
  const positions = sorted.map((slice) => slice.geometry.positionLps);
  const plan = planStack(positions, reference, (lowest) => sorted[lowest]);
  const indexOf = (place: number): number => present(order[place], 'an index of the list');
  if (!plan.ok) return malformed(plan.code, order.length === 0 ? 0 : indexOf(plan.offset));
  const placeOf = new Array<number>(order.length);
  for (const [at, place] of plan.value.placeOf.entries()) placeOf[indexOf(at)] = place;
  return ok({ ...plan.value, placeOf });
}

/** Indices of slices by place, then by all that is known of them: the same whatever came first. */
function canonicalOrder(slices: readonly Slice[]): readonly number[] {
  const keys = slices.map((slice) => JSON.stringify(slice));
  const at = (index: number): Vector3 =>
    present(slices[index], 'a slice of the list').geometry.positionLps;
  return slices
    .map((_, index) => index)
    .toSorted((a, b) => {
      const [p, q] = [at(a), at(b)];
      const byPlace = p[0] - q[0] || p[1] - q[1] || p[2] - q[2];
      return byPlace || ((keys[a] ?? '') < (keys[b] ?? '') ? -1 : 1);
    });
}

/** The lowest along the normal of the first: what the others are held against. */
function lowestOf(slices: readonly Slice[]): Slice | undefined {
  const [first] = slices;
  if (first === undefined) return undefined;
  const normal = normalOf(first.geometry);
  const height = (slice: Slice): number => dot(slice.geometry.positionLps, normal);
  return slices.reduce((low, slice) => (height(slice) < height(low) ? slice : low), first);
}

/**
 * The same plan before all headers are known: the positions of all slices as the IMAGE level of a
 * query gives them (`positionOf`), and one header. Every header that arrives is then held against
 * it with `checkSlice`, because a query only claims what the instances prove.
 *
 * @param positions one per slice; a record without a position makes it VOLUME_NO_GEOMETRY
 * @param first any slice of the stack; the lowest one gives exactly the plan of `planVolume`
 */
export function planFromPositions(
  positions: readonly (Vector3 | undefined)[],
  first: PlanSlice,
): PlanOutcome {
  const known = positions.filter((position) => position !== undefined);
  if (known.length < positions.length) {
    return malformed('VOLUME_NO_GEOMETRY', positions.indexOf(undefined));
  }
  const slice = readSlice(first);
  return slice.ok ? planStack(known, slice.value, () => undefined) : slice;
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
  const place = present(plan.placeOf[index], 'index of a planned slice');
  const line = {
    originLps: columnOf(plan, 3),
    normal: normalize(columnOf(plan, 2)),
    spacingMm: plan.spacingMm[2],
  };
  const fault = misplacementOf(outcome.value.geometry.positionLps, place, line);
  return fault === undefined ? undefined : 'VOLUME_NOT_AS_LISTED';
}

/** `headerAt` gives the header of an input slice where it is known already. */
function planStack(
  positions: readonly Vector3[],
  first: Slice,
  headerAt: (index: number) => Slice | undefined,
): PlanOutcome {
  const { rows, columns } = first.geometry;
  const sliceBytes = rows * columns * (first.format.bitsAllocated / 8);
  if (positions.length < volumeLimits.slicesMin) return malformed('VOLUME_SINGLE_SLICE', 0);
  const voxelBytes = sliceBytes * positions.length;
  if (positions.length > volumeLimits.extentMax || voxelBytes > volumeLimits.voxelBytesMax) {
    return malformed('VOLUME_TOO_LARGE', 0);
  }
  const placement = placeSlices(positions, normalOf(first.geometry));
  if (!placement.ok) return placement;
  const { placeOf, spacingMm, originLps } = placement.value;
  // Directions may differ in their last digits: the lowest slice gives them, whatever came first.
  const lowest = headerAt(placeOf.indexOf(0)) ?? first;
  return ok({
    sopClassUid: first.sopClassUid,
    columns,
    rows,
    slices: positions.length,
    format: first.format,
    affineLps: affineOf(lowest.geometry, spacingMm, originLps),
    spacingMm: [lowest.geometry.columnSpacingMm, lowest.geometry.rowSpacingMm, spacingMm],
    sliceBytes,
    stackKey: stackKeyOf(lowest),
    discriminators: first.discriminators,
    placeOf,
  });
}

function normalOf(geometry: SliceGeometry): Vector3 {
  return normalize(cross(geometry.rowDirectionLps, geometry.columnDirectionLps));
}

/** Row-major 3x4, ijk to LPS mm. @standard PS3.3 §C.7.6.2.1.1, Equation C.7.6.2.1-1 */
function affineOf(geometry: SliceGeometry, spacingMm: number, originLps: Vector3): number[] {
  const columns = [
    scale(geometry.rowDirectionLps, geometry.columnSpacingMm),
    scale(geometry.columnDirectionLps, geometry.rowSpacingMm),
    scale(normalOf(geometry), spacingMm),
    originLps,
  ];
  return ([0, 1, 2] as const).flatMap((axis) => columns.map((column) => column[axis]));
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
    discriminators: plan.discriminators,
  };
}
