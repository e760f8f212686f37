import { viewOf } from '../../lib/bytes/bytes.ts';
import { type Keyword, vrOf } from '../dictionary/dictionary.ts';
import { tag as t } from '../dictionary/generated/tag.ts';
import { dicomErrors } from '../errors.ts';
import { type CharacterSet, encodeText } from './character-set.ts';
import type { DataElement, DataSet, Tag, Vr } from './element.ts';
import { vrTraits } from './vr.ts';

/** A value to build an element of; '' and [] give an empty one. */
export type ValueInput =
  | string
  | number
  | Uint8Array
  | readonly string[]
  | readonly number[]
  | readonly DataSet[];

/**
 * Build a data set by keyword, VRs from the dictionary, elements in tag order:
 * `dataSetOf({ QueryRetrieveLevel: 'STUDY', PatientID: '', Rows: 512 })`.
 * Text beyond ASCII needs `SpecificCharacterSet: 'ISO_IR 192'` (or 'ISO_IR 100') in `values`.
 * Numbers given for text VRs are written as text.
 *
 * @throws MdmError `DICOM_TEXT_NOT_ENCODABLE`, `DICOM_VALUE_INVALID` when a value does not fit its VR
 */
export function dataSetOf(values: Readonly<Partial<Record<Keyword, ValueInput>>>): DataSet {
  const terms = values.SpecificCharacterSet;
  const characterSet = typeof terms === 'string' ? [terms] : [];
  const elements: DataElement[] = [];
  for (const [keyword, value] of Object.entries(values) as [Keyword, ValueInput | undefined][]) {
    if (value !== undefined) elements.push(elementOf(t[keyword], value, { characterSet }));
  }
  elements.sort((a, b) => a.tag - b.tag);
  return new Map(elements.map((element) => [element.tag, element]));
}

/** Build one element; VR from the dictionary unless given. Throws as `dataSetOf`. */
export function elementOf(
  tag: Tag,
  value: ValueInput,
  options: { readonly vr?: Vr; readonly characterSet?: CharacterSet } = {},
): DataElement {
  const vr = options.vr ?? vrOf(tag);
  if (vr === 'SQ') return { tag, vr, items: itemsOf(value) };
  return { tag, vr, value: padValue(vr, encodeValue(vr, value, options.characterSet ?? [])) };
}

/** `value` with the padding of `vr` if its length is odd. @standard PS3.5 §6.2, §7.1.1 */
export function padValue(vr: Vr, value: Uint8Array): Uint8Array {
  if ((value.length & 1) === 0) return value;
  const padded = new Uint8Array(value.length + 1);
  padded.set(value);
  padded[value.length] = vrTraits[vr].padding;
  return padded;
}

function itemsOf(value: ValueInput): readonly DataSet[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const items = list.filter((item) => item instanceof Map);
  if (items.length !== list.length) throw dicomErrors.create('DICOM_VALUE_INVALID');
  return items as DataSet[];
}

function encodeValue(vr: Vr, value: ValueInput, characterSet: CharacterSet): Uint8Array {
  if (value instanceof Uint8Array) return value;
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const { kind, characterSet: local } = vrTraits[vr];
  if (kind === 'string') {
    if (!list.every((item) => typeof item === 'string' || typeof item === 'number')) {
      throw dicomErrors.create('DICOM_VALUE_INVALID', { context: { vr } });
    }
    return encodeText(list.join('\\'), local ? characterSet : []);
  }
  if (list.length === 1 && list[0] === '') return new Uint8Array(0);
  return encodeNumbers(vr, list);
}

type WriteNumber = (view: DataView, at: number, value: number) => void;

/** Writers of little endian numbers by VR: size in bytes, least, greatest. */
const numberWriters: Partial<Record<Vr, readonly [number, number, number, WriteNumber]>> = {
  AT: [4, 0, 0xffffffff, writeTag],
  FD: [8, -Infinity, Infinity, (view, at, value) => view.setFloat64(at, value, true)],
  FL: [4, -Infinity, Infinity, (view, at, value) => view.setFloat32(at, value, true)],
  OB: [1, 0, 0xff, (view, at, value) => view.setUint8(at, value)],
  OW: [2, 0, 0xffff, (view, at, value) => view.setUint16(at, value, true)],
  SL: [4, -0x80000000, 0x7fffffff, (view, at, value) => view.setInt32(at, value, true)],
  SS: [2, -0x8000, 0x7fff, (view, at, value) => view.setInt16(at, value, true)],
  UL: [4, 0, 0xffffffff, (view, at, value) => view.setUint32(at, value, true)],
  US: [2, 0, 0xffff, (view, at, value) => view.setUint16(at, value, true)],
};

function writeTag(view: DataView, at: number, value: number): void {
  view.setUint16(at, value >>> 16, true);
  view.setUint16(at + 2, value & 0xffff, true);
}

function encodeNumbers(vr: Vr, values: readonly unknown[]): Uint8Array {
  const writer = numberWriters[vr];
  const [size, least, greatest, write] = writer ?? [0, 0, 0, undefined];
  const bytes = new Uint8Array(size * values.length);
  const view = viewOf(bytes);
  for (const [index, value] of values.entries()) {
    const fits = typeof value === 'number' && value >= least && value <= greatest;
    const whole = vr === 'FL' || vr === 'FD' || Number.isInteger(value);
    if (write === undefined || !fits || !whole) {
      throw dicomErrors.create('DICOM_VALUE_INVALID', { context: { vr } });
    }
    write(view, index * size, value);
  }
  return bytes;
}
