import {
  type DataElement,
  type DataSet,
  getSequence,
  getStrings,
  tag as t,
} from '../../../dicom/index.ts';
import { viewOf } from '../../../lib/bytes/bytes.ts';
import { absent, type Fact, knownValue, notKept } from '../../fact.ts';
import { numberFacts } from '../../fact-table.ts';
import type { NumberFacts } from '../../image-facts.ts';
import { type PrivateName, privateElements } from '../../private-elements.ts';
import { keptNumber } from '../../read-numbers.ts';
import { linearMapOf } from '../../real-world.ts';

/** From stored values to those that they stand for. */
export type StatedScale = Pick<NumberFacts, 'slope' | 'intercept'>;

/** Where a frame, or an image, says how its values are scaled. */
export interface ScaleHolders {
  /** What may hold the vendor's elements, the surer first. */
  readonly holders: readonly DataSet[];
  /** What may hold a Rescale Type. */
  readonly types: readonly DataSet[];
  /** What may hold a Real World Value Mapping. */
  readonly mapping: DataSet;
}

const group = 0x2005;
const [image, frame] = ['Philips MR Imaging DD 001', 'Philips MR Imaging DD 005'];
const scaleSlope: PrivateName = { creator: image, group, element: 0x0e };
const scaleIntercept: PrivateName = { creator: image, group, element: 0x0d };

/** The vendor's elements of the scale, SS and SI, all of one group. */
export const philipsScaleNames = {
  group,
  numbers: [scaleIntercept, scaleSlope],
  /** Sequences that repeat, for each frame and for all, what a single image of it would say. */
  copies: [
    { creator: frame, group, element: 0x0f },
    { creator: frame, group, element: 0x0e },
  ],
} as const satisfies Readonly<Record<string, number | readonly PrivateName[]>>;

/**
 * The scale of a Philips MR image: of the values as they were measured, which compare between images,
 * and not of those that its own viewer shows, whose scale differs from series to series. With SS and
 * SI of the vendor it is `stored / SS - SI / SS`. Where a value has a unit, it is the unit's.
 *
 * @param shown Rescale Slope and Intercept; given back where nothing else is stated
 */
export function philipsScale(shown: StatedScale, said: ScaleHolders): StatedScale {
  const holder = said.holders.find((each) => privateElements(each, scaleSlope).length > 0);
  if (holder === undefined) return shown;
  const [slope, intercept] = [knownValue(shown.slope), knownValue(shown.intercept)];
  if (slope === undefined || intercept === undefined) return shown;
  if (said.types.some(hasUnit)) return shown;
  const mapped = mappedScale(said.mapping);
  if (mapped !== undefined) return mapped;
  const measured = singleOf(privateElements(holder, scaleSlope));
  if (measured.kind !== 'value') return measured.kind === 'absent' ? shown : lost;
  if (measured.value === 0) return shown;
  const offset = singleOf(privateElements(holder, scaleIntercept));
  if (offset.kind === 'not-kept') return lost;
  const zero = offset.kind === 'value' ? -offset.value : intercept / slope;
  return {
    slope: keptNumber(1 / measured.value, numberFacts.slope),
    intercept: keptNumber(zero === 0 ? 0 : zero / measured.value, numberFacts.intercept),
  };
}

const lost: StatedScale = { slope: notKept, intercept: notKept };

/** Rescale Types that name no unit. @standard PS3.3 §C.11.1.1.2 */
const unitless: ReadonlySet<string> = new Set(['', 'US', 'UNSPECIFIED', 'NORMALIZED']);

function hasUnit(holder: DataSet): boolean {
  return !getStrings(holder, t.RescaleType).every((type) =>
    unitless.has(type.trim().toUpperCase()),
  );
}

/** Codes of Measurement Units that name none. */
const noUnits: ReadonlySet<string> = new Set(['', '1', 'US', 'NO UNITS']);

/** The scale of the one real-world mapping, where it has a unit. */
function mappedScale(holder: DataSet): StatedScale | undefined {
  const [map] = getSequence(holder, t.RealWorldValueMappingSequence);
  if (map === undefined) return undefined;
  const [units] = getSequence(map, t.MeasurementUnitsCodeSequence);
  const codes = units === undefined ? [] : getStrings(units, t.CodeValue);
  if (codes.every((code) => noUnits.has(code.trim().toUpperCase()))) return undefined;
  return linearMapOf(holder);
}

/** The one number that the elements state; not kept where one is none, or two disagree. */
function singleOf(elements: readonly DataElement[]): Fact<number> {
  const stated = elements.filter((element) => element.vr === 'SQ' || element.value.length > 0);
  const values = new Set(stated.map(float32Of));
  const [value, another] = values;
  if (values.size === 0) return absent;
  return value === undefined || another !== undefined || !Number.isFinite(value)
    ? notKept
    : { kind: 'value', value };
}

/** VR FL, which archives may have lost; NaN where it is none. */
function float32Of(element: DataElement): number {
  if (element.vr !== 'FL' && element.vr !== 'UN') return Number.NaN;
  return element.value.length === 4 ? viewOf(element.value).getFloat32(0, true) : Number.NaN;
}
