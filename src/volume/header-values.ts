import type { DataSet, Tag } from '../dicom/element/element.ts';
import { viewOf } from '../lib/bytes/bytes.ts';
import { volumeLimits } from './limits.ts';

/** One DS value: fixed or exponential notation, nothing else. @standard PS3.5 §6.2 (DS) */
const decimalPattern = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** The text of a CS, DS, IS or similar value without padding; undefined when absent or empty. */
export function textOf(header: DataSet, tag: Tag): string | undefined {
  const element = header.get(tag);
  if (element === undefined || element.vr === 'SQ') return undefined;
  const text = Buffer.from(element.value).toString('latin1').replaceAll('\0', ' ').trim();
  return text === '' ? undefined : text;
}

/**
 * Decimal values, all of them well formed and finite, or undefined. Strict: `12abc` and `1,5` are
 * not numbers. The nearest double of a DS is exact to 15 digits, more than a position has.
 */
export function decimalsOf(header: DataSet, tag: Tag): readonly number[] | undefined {
  const texts = textOf(header, tag)?.split('\\');
  const numbers = texts?.map((text) => decimal(text.trim()));
  return numbers?.every((number) => Number.isFinite(number)) === true ? numbers : undefined;
}

/** The one value of a US element, or undefined. */
export function unsignedShortOf(header: DataSet, tag: Tag): number | undefined {
  const element = header.get(tag);
  if (element === undefined || element.vr === 'SQ' || element.value.length !== 2) return undefined;
  return viewOf(element.value).getUint16(0, true);
}

function decimal(text: string): number {
  const valid = text.length <= volumeLimits.decimalLengthMax && decimalPattern.test(text);
  return valid ? Number(text) : Number.NaN;
}
