import { type DataSet, sopClass } from '../dicom/index.ts';
import {
  type ImageFacts,
  knownValue,
  notKeptOf,
  numberFacts,
  readNumbers,
  valueOr,
  type Weighting,
  weightingOf,
} from '../facts/index.ts';
import { malformed, ok, type Result } from '../lib/result.ts';
import type { VolumeRefusal } from './errors.ts';
import { shared } from './is-equal.ts';
import { volumeLimits } from './limits.ts';
import { readPixelFormat } from './pixel-format.ts';
import { axes, kindOf, splitTraits } from './traits.ts';
import { dot, length, normalize, type Vector3 } from './vector.ts';
import type { PixelFormat, PixelScale, PlanSlice, SliceGeometry } from './volume-format.ts';

/** All that planning needs to know of one slice. */
export interface Slice {
  readonly sopClassUid: string;
  readonly geometry: SliceGeometry;
  readonly format: PixelFormat;
  readonly scale: PixelScale;
  /** Who states it: scales of one stack compare only where it is the same. */
  readonly scaleBy: 'vendor' | 'standard' | 'nobody';
  /** What tells stacks of one place apart always: equal text, same kind. */
  readonly kind: string;
  /** What may tell them apart, in the order of `splitTraits`. */
  readonly traits: readonly string[];
  /** -1 where the slices of its stack follow each other against row x column. */
  readonly direction: 1 | -1;
  /** What orders slices of one place, in the order of `axes`. */
  readonly order: readonly (readonly number[] | undefined)[];
  readonly instanceNumber: number | undefined;
  /** Which part of which concatenation its object is, and of at least how many. */
  readonly part:
    | { readonly of: string; readonly number: number; readonly total: number }
    | undefined;
  readonly weighting: Weighting;
  /** Its rows are stored last first, which its geometry does not say. */
  readonly rowsReversed: boolean;
  /** Along which of its axes phase is encoded. */
  readonly phaseAxis: 'ROW' | 'COL' | undefined;
  /** Of a slice of an object that states the times of all its slices; ms from a start that is not told. */
  readonly timeMs: number | undefined;
  /** What it says of its thickness, for a slice that has no neighbour; mm. */
  readonly thicknessMm: number | undefined;
  /** Spacing Between Slices as stated; mm. */
  readonly statedSpacingMm: number | undefined;
  /** Seconds; undefined where there is none. */
  readonly repetitionTimeS: number | undefined;
}

type Check<T> = Result<T, VolumeRefusal>;

/**
 * What the facts of one image make of it: a slice, or why it is none. A fact that was not kept is
 * no fact and has no default.
 *
 * @param known a slice with which it shares what both have, that it is held once
 * @standard PS3.3 §C.7.6.2 (Image Plane), §C.7.6.3 (Image Pixel)
 */
export function readSlice(slice: PlanSlice, known?: Slice): Check<Slice> {
  const { facts, transferSyntaxUid, direction, number } = slice;
  if (facts.grid.kind === 'value') return malformed('VOLUME_MOSAIC', 0);
  if (notKeptOf(facts) !== undefined) return malformed('VOLUME_FACT_NOT_KEPT', 0);
  const rows = knownValue(facts.rows);
  const columns = knownValue(facts.columns);
  if (rows === undefined || columns === undefined) return malformed('VOLUME_NOT_AN_IMAGE', 0);
  if (Math.max(rows, columns) > volumeLimits.extentMax) return malformed('VOLUME_TOO_LARGE', 0);
  if (valueOr(facts.frames, 1) !== 1) return malformed('VOLUME_MULTI_FRAME', 0);
  const format = readPixelFormat(facts, transferSyntaxUid);
  if (!format.ok) return format;
  const geometry = readGeometry(facts, { rows, columns }, known?.geometry);
  if (!geometry.ok) return geometry;
  const scale = readScaleOf(format.value, facts);
  if (!scale.ok) return scale;
  const { sopClassUid } = facts;
  const milliseconds = facts.scan?.repetitionTime ?? knownValue(facts.repetitionTime);
  return ok({
    sopClassUid,
    geometry: geometry.value,
    format: shared(known?.format, format.value),
    scale: shared(known?.scale, scale.value),
    scaleBy: scaleByOf(facts),
    kind: shared(known?.kind, kindOf(facts)),
    direction: direction ?? 1,
    traits: shared(
      known?.traits,
      splitTraits.map(({ of }) => of(facts)),
    ),
    order: shared(
      known?.order,
      axes.map(({ of }) => of(facts)),
    ),
    instanceNumber: knownValue(facts.instanceNumber),
    part: partOf(facts),
    weighting: shared(known?.weighting, weightingOf(facts)),
    rowsReversed: knownValue(facts.polarity) === 'reversed',
    phaseAxis: facts.scan?.phaseAxis,
    timeMs: timeOf(facts, number),
    thicknessMm: thicknessOf(facts),
    statedSpacingMm: knownValue(facts.spacingBetweenSlices),
    repetitionTimeS: milliseconds === undefined ? undefined : milliseconds / 1000,
  });
}

/**
 * Reads slices one after another. Nearly all that slices of a series say is the same, and is held
 * once; of one that says the same of itself only the place is read.
 */
export function createSliceReader(): (slice: PlanSlice) => Check<Slice> {
  let first: { readonly slice: PlanSlice; readonly read: Slice } | undefined;
  return (slice) => {
    if (first !== undefined && slice.like === first.slice) {
      const positionLps = vectorAt(knownValue(slice.facts.position), 0);
      if (positionLps !== undefined) return ok(elsewhere(first.read, slice, positionLps));
    }
    const outcome = readSlice(slice, first?.read);
    if (outcome.ok) first = { slice, read: outcome.value };
    return outcome;
  };
}

function elsewhere(
  read: Slice,
  { facts, number }: Pick<PlanSlice, 'facts' | 'number'>,
  positionLps: Vector3,
): Slice {
  const geometry = { ...read.geometry, positionLps };
  return { ...read, geometry, timeMs: timeOf(facts, number) };
}

const timeOf = ({ scan }: ImageFacts, number = -1): number | undefined =>
  scan?.sliceTimes?.[number];

/** @standard PS3.3 §C.7.6.16.2.2.4 (Concatenations) */
function partOf(facts: ImageFacts): Slice['part'] {
  const number = knownValue(facts.inConcatenationNumber);
  if (number === undefined) return undefined;
  // How many there are need not be stated: at least as many as are counted.
  const total = knownValue(facts.inConcatenationTotalNumber) ?? number;
  return { of: knownValue(facts.concatenation) ?? '', number, total };
}

/** The distance to the next slice as the header says it, else the thickness. */
function thicknessOf({ spacingBetweenSlices, sliceThickness }: ImageFacts): number | undefined {
  const spacing = Math.abs(knownValue(spacingBetweenSlices) ?? 0);
  const thickness = spacing > 0 ? spacing : (knownValue(sliceThickness) ?? 0);
  return thickness > 0 ? thickness : undefined;
}

/** Whether an image can be a slice of anything. */
export function isSlice(slice: PlanSlice): boolean {
  return readSlice(slice).ok;
}

/**
 * Image Position (Patient) of a query record. A record only claims: what is damaged there is as
 * good as absent, and the headers decide.
 *
 * @standard PS3.3 §C.7.6.2.1.1
 */
export function positionOf(record: DataSet): Vector3 | undefined {
  return vectorAt(knownValue(readNumbers(record, numberFacts.position)), 0);
}

/** What the size of a slice's native pixels follows from. */
export interface SliceShape {
  readonly rows: number;
  readonly columns: number;
  readonly bitsAllocated: number;
}

/** The shape that a query record gives of an image; undefined unless it gives all of it. */
export function shapeOf(record: DataSet): SliceShape | undefined {
  const [rows, columns, bitsAllocated] = (['rows', 'columns', 'bitsAllocated'] as const).map(
    (name) => knownValue(readNumbers(record, numberFacts[name]))?.[0],
  );
  if (rows === undefined || columns === undefined || bitsAllocated === undefined) return undefined;
  return { rows, columns, bitsAllocated };
}

function readGeometry(
  facts: ImageFacts,
  size: { readonly rows: number; readonly columns: number },
  known: SliceGeometry | undefined,
): Check<SliceGeometry> {
  const positionLps = vectorAt(knownValue(facts.position), 0);
  const cosines = knownValue(facts.orientation);
  const row = vectorAt(cosines, 0);
  const column = vectorAt(cosines, 3);
  const [rowSpacingMm, columnSpacingMm] = knownValue(facts.pixelSpacing) ?? [];
  if (positionLps === undefined || row === undefined || column === undefined) return noGeometry;
  if (rowSpacingMm === undefined || columnSpacingMm === undefined) return noGeometry;
  if (!isOrthonormal(row, column)) return noGeometry;
  // Cosines of few digits are not quite of length 1: how far pixels lie apart, their spacing says.
  return ok({
    ...size,
    rowDirectionLps: shared(known?.rowDirectionLps, normalize(row)),
    columnDirectionLps: shared(known?.columnDirectionLps, normalize(column)),
    positionLps,
    rowSpacingMm,
    columnSpacingMm,
  });
}

const unproven = malformed('VOLUME_VALUES_UNPROVEN', 0);

const noGeometry = malformed('VOLUME_NO_GEOMETRY', 0);

function vectorAt(values: readonly number[] | undefined, from: number): Vector3 | undefined {
  const [x, y, z] = [values?.[from], values?.[from + 1], values?.[from + 2]];
  return x === undefined || y === undefined || z === undefined ? undefined : [x, y, z];
}

function isOrthonormal(a: Vector3, b: Vector3): boolean {
  const tolerance = volumeLimits.orthonormalTolerance;
  const isUnit = (vector: Vector3): boolean => Math.abs(length(vector) - 1) <= tolerance;
  return isUnit(a) && isUnit(b) && Math.abs(dot(a, b)) <= tolerance;
}

/** Kinds of image that state their scale always (type 1). @standard PS3.3 §C.8.2.1, §C.8.9.4 */
const scaleRequired: ReadonlySet<string> = new Set([
  sopClass.CTImageStorage,
  sopClass.PositronEmissionTomographyImageStorage,
  sopClass.EnhancedCTImageStorage,
  sopClass.LegacyConvertedEnhancedCTImageStorage,
  sopClass.EnhancedPETImageStorage,
  sopClass.LegacyConvertedEnhancedPETImageStorage,
]);

function readScaleOf({ colour, floating }: PixelFormat, facts: ImageFacts): Check<PixelScale> {
  if (colour !== 'grey') return readColourScale(facts);
  return floating ? readFloatScale(facts) : readScale(facts);
}

function scaleByOf({ scan, slope }: ImageFacts): Slice['scaleBy'] {
  if (scan?.philipsScaleSlope !== undefined) return 'vendor';
  return slope.kind === 'absent' ? 'nobody' : 'standard';
}

/** Floating point numbers are the values: what gives others, gives two for one. @standard PS3.3 §A.75 */
function readFloatScale({ slope, intercept, realWorld }: ImageFacts): Check<PixelScale> {
  const isPlain = valueOr(slope, 1) === 1 && valueOr(intercept, 0) === 0;
  return isPlain && knownValue(realWorld) !== 'other'
    ? ok({ slope: 1, intercept: 0 })
    : malformed('VOLUME_PIXEL_FORMAT_UNSUPPORTED', 0);
}

/** Colours are no quantity: nothing may say what they stand for. */
function readColourScale({ slope, intercept, realWorld }: ImageFacts): Check<PixelScale> {
  const isPlain = valueOr(slope, 1) === 1 && valueOr(intercept, 0) === 0;
  return isPlain && realWorld.kind === 'absent'
    ? ok({ slope: 1, intercept: 0 })
    : malformed('VOLUME_PIXEL_FORMAT_UNSUPPORTED', 0);
}

/**
 * Slope and intercept: both stated, or neither where the kind of image may have none; then stored
 * values are the values. One without the other says that something was lost. A segmentation has none;
 * fractional ones say what is all of a pixel.
 *
 * @standard PS3.3 §C.11.1, §C.8.20.2.3
 */
function readScale(facts: ImageFacts): Check<PixelScale> {
  const { slope, intercept, realWorld, sopClassUid, fractionMost } = facts;
  if (sopClassUid === sopClass.SegmentationStorage) {
    return ok({ slope: 1 / (knownValue(fractionMost) ?? 1), intercept: 0 });
  }
  const rescaleSlope = knownValue(slope);
  const rescaleIntercept = knownValue(intercept);
  const isPlain = (rescaleSlope ?? 1) === 1 && (rescaleIntercept ?? 0) === 0;
  // The values are those of the mapping, which one slope and intercept of the file could not also tell.
  if (isPlain && knownValue(realWorld) === 'other') {
    return malformed('VOLUME_PIXEL_FORMAT_UNSUPPORTED', 0);
  }
  if (rescaleSlope !== undefined && rescaleIntercept !== undefined) {
    return ok({ slope: rescaleSlope, intercept: rescaleIntercept });
  }
  const none = slope.kind === 'absent' && intercept.kind === 'absent';
  if (!none || scaleRequired.has(sopClassUid)) return unproven;
  return ok({ slope: 1, intercept: 0 });
}
