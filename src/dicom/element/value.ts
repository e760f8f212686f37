import { viewOf } from '../../lib/bytes/bytes.ts';
import { trimPadding } from '../../lib/text/trim-padding.ts';
import { formatTag, vrOf } from '../dictionary/dictionary.ts';
import { tag as t } from '../dictionary/generated/tag.ts';
import { dicomErrors } from '../errors.ts';
import { type CharacterSet, decodeText, defaultCharacterSet } from './character-set.ts';
import type { DataElement, DataSet, ItemList, Tag, Vr } from './element.ts';
import { isUid } from './uid.ts';
import { vrTraits } from './vr.ts';

/** How to read text of an item that has no Specific Character Set of its own. */
export interface TextOptions {
  readonly inherited?: CharacterSet;
}

/** The Specific Character Set of a data set, else the one of the data set around it. */
export function characterSetOf(
  dataSet: DataSet,
  inherited: CharacterSet = defaultCharacterSet,
): CharacterSet {
  const element = dataSet.get(t.SpecificCharacterSet);
  return element === undefined || element.vr === 'SQ'
    ? inherited
    : splitText(decodeText(element.value, defaultCharacterSet), 'CS');
}

/**
 * The values of a text attribute, padding removed; numbers as text. Absent and empty give `[]`
 * (`dataSet.has(tag)` tells them apart); an empty one among several gives ''. UN is read as the
 * dictionary's VR. Never throws: what cannot be decoded is U+FFFD.
 */
export function getStrings(
  dataSet: DataSet,
  tag: Tag,
  options: TextOptions = {},
): readonly string[] {
  const element = dataSet.get(tag);
  if (element === undefined || element.vr === 'SQ' || element.value.length === 0) return [];
  const vr = effectiveVr(element);
  const { kind, characterSet } = vrTraits[vr];
  if (kind !== 'string') return (readNumbers(vr, element.value) ?? []).map(String);
  const terms = characterSet ? characterSetOf(dataSet, options.inherited) : defaultCharacterSet;
  return splitText(decodeText(element.value, terms, { personName: vr === 'PN' }), vr);
}

/** The first value of a text attribute; undefined when absent or empty. */
export function getString(
  dataSet: DataSet,
  tag: Tag,
  options: TextOptions = {},
): string | undefined {
  const value = getStrings(dataSet, tag, options)[0];
  return value === '' ? undefined : value;
}

/**
 * The values of a numeric attribute; absent and empty give `[]`.
 *
 * @throws MdmError `DICOM_VALUE_INVALID` when a DS or IS is not a number, the VR is not numeric, or
 *   a 64-bit integer is beyond 2^53
 */
export function getNumbers(dataSet: DataSet, tag: Tag): readonly number[] {
  const element = dataSet.get(tag);
  if (element === undefined) return [];
  const numbers = element.vr === 'SQ' ? undefined : numbersOf(element.vr, element, dataSet);
  if (numbers === undefined) throw invalid(tag);
  return numbers;
}

/** The first value of a numeric attribute; undefined when absent or empty. Throws as `getNumbers`. */
export function getNumber(dataSet: DataSet, tag: Tag): number | undefined {
  return getNumbers(dataSet, tag)[0];
}

/**
 * A UID; undefined when absent or empty.
 *
 * @throws MdmError `DICOM_VALUE_INVALID` when it is not 1 to 64 digits and dots
 */
export function getUid(dataSet: DataSet, tag: Tag): string | undefined {
  const text = getString(dataSet, tag);
  if (text !== undefined && !isUid(text)) throw invalid(tag);
  return text;
}

/** The items of a sequence; `[]` when absent or empty. */
export function getSequence(dataSet: DataSet, tag: Tag): ItemList {
  const element = dataSet.get(tag);
  return element?.vr === 'SQ' ? element.items : [];
}

/** The value field as it is, little endian; undefined when absent. */
export function getBytes(dataSet: DataSet, tag: Tag): Uint8Array | undefined {
  const element = dataSet.get(tag);
  return element === undefined || element.vr === 'SQ' ? undefined : element.value;
}

function invalid(tag: Tag): Error {
  return dicomErrors.create('DICOM_VALUE_INVALID', { context: { tag: formatTag(tag) } });
}

function effectiveVr(element: DataElement): Vr {
  return element.vr === 'UN' ? vrOf(element.tag) : element.vr;
}

function numbersOf(vr: Vr, element: DataElement, dataSet: DataSet): readonly number[] | undefined {
  if (element.vr === 'SQ') return undefined;
  const effective = vr === 'UN' ? vrOf(element.tag) : vr;
  const pattern = numberPatterns[effective];
  if (pattern === undefined) return readNumbers(effective, element.value);
  const texts = getStrings(dataSet, element.tag);
  if (texts.every((text) => text === '')) return [];
  return texts.every((text) => pattern.test(text)) ? texts.map(Number) : undefined;
}

/** @standard PS3.5 Table 6.2-1 */
const numberPatterns: Partial<Record<Vr, RegExp>> = {
  DS: /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$/,
  IS: /^[+-]?\d{1,12}$/,
};

type ReadNumber = (view: DataView, at: number) => number;

/** Little endian numbers by VR, with their size in bytes. */
const numberReaders: Partial<Record<Vr, readonly [number, ReadNumber]>> = {
  FD: [8, (view, at) => view.getFloat64(at, true)],
  FL: [4, (view, at) => view.getFloat32(at, true)],
  OD: [8, (view, at) => view.getFloat64(at, true)],
  OF: [4, (view, at) => view.getFloat32(at, true)],
  OL: [4, (view, at) => view.getUint32(at, true)],
  OW: [2, (view, at) => view.getUint16(at, true)],
  SL: [4, (view, at) => view.getInt32(at, true)],
  SS: [2, (view, at) => view.getInt16(at, true)],
  SV: [8, (view, at) => Number(view.getBigInt64(at, true))],
  UL: [4, (view, at) => view.getUint32(at, true)],
  US: [2, (view, at) => view.getUint16(at, true)],
  UV: [8, (view, at) => Number(view.getBigUint64(at, true))],
  AT: [4, (view, at) => view.getUint16(at, true) * 0x10000 + view.getUint16(at + 2, true)],
};

/** Undefined when the VR is not numeric, the length not a multiple, or a number not exact. */
function readNumbers(vr: Vr, value: Uint8Array): readonly number[] | undefined {
  const reader = numberReaders[vr];
  if (reader === undefined) return undefined;
  const [size, read] = reader;
  if (value.length % size !== 0) return undefined;
  const view = viewOf(value);
  const numbers: number[] = [];
  for (let at = 0; at < value.length; at += size) numbers.push(read(view, at));
  const exact = vr !== 'SV' && vr !== 'UV' ? true : numbers.every(Number.isSafeInteger);
  return exact ? numbers : undefined;
}

const keepsLeadingSpaces: ReadonlySet<Vr> = new Set(['LT', 'ST', 'UT', 'UC', 'UR']);

function splitText(text: string, vr: Vr): readonly string[] {
  const values = vrTraits[vr].multiple ? text.split('\\') : [text];
  const trimmed = values.map((value) => trim(value, vr));
  return trimmed.length === 1 && trimmed[0] === '' ? [] : trimmed;
}

/** Trailing spaces and NULs are padding everywhere; leading spaces count in long text only. */
function trim(value: string, vr: Vr): string {
  const text = trimPadding(value);
  return keepsLeadingSpaces.has(vr) ? text : text.trimStart();
}
