import {
  type DataElement,
  type DataSet,
  getNumbers,
  lookup,
  splitValues,
  type Tag,
  tag as t,
  type Vr,
  vrTraits,
} from '../dicom/index.ts';
import { absent, type Fact, fact, notKept } from './fact.ts';
import type { NumberRow } from './fact-table.ts';
import { factLimits } from './limits.ts';

/** The numbers of an element, as the row of the table wants them. Never throws. */
export function readNumbers(header: DataSet, row: NumberRow): Fact<readonly number[]> {
  const tag = t[row.source];
  const element = header.get(tag);
  if (element === undefined || isEmpty(element)) return absent;
  const numbers = numbersOf(header, element);
  if (numbers === undefined || !countFits(numbers.length, row.count)) return notKept;
  return numbers.every((value) => isInRange(value, row))
    ? fact(numbers.map((value) => rounded(value, row.resolution)))
    : notKept;
}

/** The same, one number by itself where the row wants one. */
export function readFact(header: DataSet, row: NumberRow): Fact<number | readonly number[]> {
  const numbers = readNumbers(header, row);
  return row.count === 1 && numbers.kind === 'value' ? fact(numbers.value[0] ?? 0) : numbers;
}

/** A number that was computed, as the row of the table wants it. */
export function keptNumber(value: number, row: NumberRow): Fact<number> {
  return isInRange(value, row) ? fact(rounded(value, row.resolution)) : notKept;
}

/** Whether an element says nothing: no bytes, or spaces and NULs where text belongs. */
export function isEmpty(element: DataElement): boolean {
  if (element.vr === 'SQ') return element.items.length === 0;
  if (element.value.length === 0) return true;
  const isText = vrTraits[element.vr].kind === 'string';
  return isText && element.value.every((byte) => byte === 0x20 || byte === 0);
}

/** The VR must be one that the dictionary allows; UN was resolved by it before (`resolveUnknown`). */
export function hasAllowedVr({ tag, vr }: DataElement): boolean {
  return lookup(tag)?.vrs.includes(vr) === true;
}

/**
 * Decimal and integer strings as they may be written, without padding. 16 characters by the standard;
 * devices write more digits, up to all 55 of a double's binary fraction, and those are read.
 *
 * @standard PS3.5 Table 6.2-1
 */
export const numberForms: Readonly<Partial<Record<Vr, RegExp>>> = {
  DS: /^[+-]?(\d{1,30}(\.\d{0,60})?|\.\d{1,60})([eE][+-]?\d{1,3})?$/,
  IS: /^[+-]?\d{1,10}$/,
};

function numbersOf(header: DataSet, element: DataElement): readonly number[] | undefined {
  if (element.vr === 'SQ' || !hasAllowedVr(element)) return undefined;
  if (element.value.length > factLimits.valueMaxBytes) return undefined;
  const form = numberForms[element.vr];
  if (form === undefined) return binaryNumbers(header, element.tag);
  const texts = splitValues(element.value);
  return texts.every((text) => form.test(text)) ? texts.map(numberOf) : undefined;
}

/** NaN where so small a number is written that a double makes it 0, which it is not. */
function numberOf(text: string): number {
  const value = Number(text);
  const [mantissa = ''] = text.split(/e/i);
  return value === 0 && /[1-9]/.test(mantissa) ? Number.NaN : value;
}

function binaryNumbers(header: DataSet, tag: Tag): readonly number[] | undefined {
  try {
    return getNumbers(header, tag);
  } catch {
    return undefined;
  }
}

function countFits(count: number, wanted: NumberRow['count']): boolean {
  return typeof wanted === 'number' ? count === wanted : count >= 1 && count <= wanted.most;
}

/** NaN is in no range. */
function isInRange(value: number, { least, most, float32 }: NumberRow): boolean {
  const inRange = value >= least && value <= most;
  return inRange && (float32 !== true || value === 0 || isNormalFloat32(value));
}

/** Below this a float32 loses digits, and then everything. */
const float32Normal = 2 ** -126;

function isNormalFloat32(value: number): boolean {
  const single = Math.abs(Math.fround(value));
  return single >= float32Normal && Number.isFinite(single);
}

function rounded(value: number, resolution: NumberRow['resolution']): number {
  // A zero keeps its sign: the geometry of a volume is that of the header to the last bit.
  if (value === 0) return value;
  return Number(
    'digits' in resolution
      ? value.toPrecision(resolution.digits)
      : value.toFixed(resolution.decimals),
  );
}
