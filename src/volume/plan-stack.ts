import { present } from '../lib/assert.ts';
import { malformed, ok, type Result } from '../lib/result.ts';
import type { Steps } from '../lib/streams/steps.ts';
import { differenceOf } from './difference.ts';
import type { VolumeRefusal } from './errors.ts';
import { type Reason, refusalOf } from './first-refusal.ts';
import { volumeLimits } from './limits.ts';
import { missingFactor } from './missing.ts';
import { pixelBytesOf } from './pixel-format.ts';
import { placeSlices } from './placement.ts';
import type { Slice } from './slice.ts';
import { axisOf } from './slice-axis.ts';
import { sliceCodeOf } from './slice-code.ts';
import { stackKeyOf } from './stack-key.ts';
import { orderStack, type StackOrder } from './stack-order.ts';
import { scale, type Vector3 } from './vector.ts';
import type { PlanOutcome, VolumePlan } from './volume-format.ts';

/** The slices of a series that were read, and what is known of them all. */
export interface SeriesSlices {
  readonly slices: readonly Slice[];
  /** Instance numbers. */
  readonly numbers: ReadonlySet<number>;
}

/** Slices as a series. */
export function seriesOf(slices: readonly (Slice | undefined)[]): SeriesSlices {
  const numbers = new Set<number>();
  for (const slice of slices) {
    if (slice?.instanceNumber !== undefined) numbers.add(slice.instanceNumber);
  }
  // Only what was read is asked for.
  return { slices: slices as readonly Slice[], numbers };
}

/** A plan of some slices, and those of them that it leaves out. */
export interface PlannedStack {
  readonly outcome: PlanOutcome;
  readonly leftOut: readonly number[];
}

/**
 * Join slices of one kind into one volume of three or four dimensions, or say why that would not be
 * true to them. `placeOf` of the plan is by place in `indices`.
 *
 * @param series all its slices
 * @param indices of those to join, in canonical order
 * @param label what tells the stack from others of the same kind
 */
export function* planStack(
  series: SeriesSlices,
  indices: readonly number[],
  label: readonly string[],
): Steps<PlannedStack> {
  const refused = (code: VolumeRefusal, index: number): PlannedStack => ({
    outcome: malformed(code, index),
    leftOut: [],
  });
  const { slices, numbers } = series;
  const at = (index: number): Slice => present(slices[index], 'a slice of the stack');
  const reference = at(indices[0] ?? -1);
  const differences: Reason[] = [];
  for (const index of indices) {
    const code = differenceOf(reference, at(index));
    if (code !== undefined) differences.push({ code, index });
  }
  yield;
  const different = refusalOf(differences);
  if (different !== undefined) return refused(different.code, different.index);
  const { rows, columns } = reference.geometry;
  const sliceBytes = rows * columns * pixelBytesOf(reference.format);
  if (sliceBytes * indices.length > volumeLimits.voxelBytesMax) {
    return refused('VOLUME_TOO_LARGE', indices[0] ?? 0);
  }
  yield;
  const order = yield* orderStack(slices, indices, axisOf(reference));
  if (!order.ok) return refused(order.code, order.offset);
  yield;
  const { leftOut } = order.value;
  return { outcome: planOrdered(at, { order: order.value, indices, label, numbers }), leftOut };
}

function planOrdered(
  at: (index: number) => Slice,
  made: {
    readonly order: StackOrder;
    readonly indices: readonly number[];
    readonly label: readonly string[];
    readonly numbers: SeriesSlices['numbers'];
  },
): PlanOutcome {
  const { volumes } = made.order;
  const first = present(volumes[0], 'at least one volume');
  const lowest = at(first[0] ?? 0);
  const { geometry, format } = lowest;
  const count = first.length;
  if (Math.max(count, volumes.length) > volumeLimits.extentMax) {
    return malformed('VOLUME_TOO_LARGE', first[0] ?? 0);
  }
  const placement = placeStack(first.map((index) => at(index)));
  if (!placement.ok) return malformed(placement.code, first[placement.offset] ?? 0);
  const { spacingMm, originLps } = placement.value;
  if (isEachSecondMissing(first.map(at), spacingMm, made.numbers)) {
    return malformed('VOLUME_UNEVEN_SPACING', first[1] ?? 0);
  }
  const inFile = volumes.flat();
  const scales = scaleOf(inFile.map(at));
  if (!scales.ok) return malformed(scales.code, first[0] ?? 0);
  const placeAt = new Map<number, number>();
  for (const [place, index] of inFile.entries()) placeAt.set(index, place);
  return ok({
    sopClassUid: lowest.sopClassUid,
    columns: geometry.columns,
    rows: geometry.rows,
    slices: count,
    volumes: volumes.length,
    format,
    ...scales.value,
    rowsReversed: lowest.rowsReversed,
    repetitionTimeS: lowest.repetitionTimeS,
    phaseAxis: lowest.phaseAxis,
    sliceCode: sliceCodeOf(first.map((index) => at(index).timeMs)),
    affineLps: affineOf(lowest, spacingMm, originLps),
    spacingMm: [geometry.columnSpacingMm, geometry.rowSpacingMm, spacingMm],
    sliceBytes: geometry.rows * geometry.columns * pixelBytesOf(format),
    stackKey: stackKeyOf(lowest, made.label),
    kind: lowest.kind,
    placeOf: made.indices.map((index) => placeAt.get(index) ?? -1),
  });
}

/**
 * Neighbours lie a multiple of the stated distance apart, and as many numbers lack between them, which
 * no other slice of the series has.
 */
function isEachSecondMissing(
  slices: readonly Slice[],
  distanceMm: number,
  ofSeries: SeriesSlices['numbers'],
): boolean {
  const statedMm = slices[0]?.statedSpacingMm;
  const numbers = slices.map(({ instanceNumber }) => instanceNumber);
  const [first, second] = numbers;
  const next =
    first === undefined || second === undefined ? first : first + Math.sign(second - first);
  if (next !== second && ofSeries.has(next ?? 0)) return false;
  const { bySpacing, byNumber } = missingFactor({ distanceMm, statedMm, numbers });
  return bySpacing > 1 && bySpacing === byNumber;
}

/** A file has to say how far the next slice would be; of one slice no voxel depends on it. */
const unknownThicknessMm = 1;

/** Where the slices of one volume lie, which are in their order. */
function placeStack(slices: readonly Slice[]): ReturnType<typeof placeSlices> {
  const [only, another] = slices;
  if (only !== undefined && another === undefined) {
    const spacingMm = only.thicknessMm ?? unknownThicknessMm;
    return ok({ originLps: only.geometry.positionLps, spacingMm, placeOf: [0] });
  }
  const positions = slices.map(({ geometry }) => geometry.positionLps);
  return placeSlices(positions, axisOf(present(only, 'a slice')));
}

/**
 * One scale if all have one, else each its own, of one kind. A slope of 0, as of slices without any
 * counts, is one among others: alone a file could not state it, where it would say that there is none.
 */
function scaleOf(
  slices: readonly Slice[],
): Result<Pick<VolumePlan, 'scale' | 'scales'>, VolumeRefusal> {
  const { scale: first, scaleBy } = present(slices[0], 'a slice has a scale');
  const scales = slices.map((slice) => slice.scale);
  const isSame = scales.every(
    ({ slope, intercept }) => slope === first.slope && intercept === first.intercept,
  );
  if (isSame && first.slope === 0) return malformed('VOLUME_PIXEL_FORMAT_UNSUPPORTED', 0);
  if (isSame) return ok({ scale: first, scales: [] });
  return slices.every((slice) => slice.scaleBy === scaleBy)
    ? ok({ scale: 'per-frame', scales })
    : malformed('VOLUME_VALUES_UNPROVEN', 0);
}

/** Row-major 3x4, ijk to LPS mm. @standard PS3.3 §C.7.6.2.1.1, Equation C.7.6.2.1-1 */
function affineOf(
  slice: Pick<Slice, 'geometry' | 'direction'>,
  spacingMm: number,
  originLps: Vector3,
): number[] {
  const { geometry } = slice;
  const columns = [
    scale(geometry.rowDirectionLps, geometry.columnSpacingMm),
    scale(geometry.columnDirectionLps, geometry.rowSpacingMm),
    scale(axisOf(slice), spacingMm),
    originLps,
  ];
  return ([0, 1, 2] as const).flatMap((axis) => columns.map((column) => column[axis]));
}
