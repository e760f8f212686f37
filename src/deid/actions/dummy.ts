import { type DataElement, elementOf, type Tag, type Vr } from '../../dicom/index.ts';
import type { Rule } from '../profile/rule.ts';
import { unknownCode } from './code-item.ts';

/** What D writes, by VR: valid, never empty, the same for everybody. @standard PS3.5 Table 6.2-1 */
const dummies: Readonly<Partial<Record<Vr, string | number | Uint8Array>>> = {
  AE: 'REMOVED',
  AS: '000Y',
  CS: 'REMOVED',
  DA: '19000101',
  DS: '0',
  DT: '19000101000000',
  FD: 0,
  FL: 0,
  IS: '0',
  LO: 'REMOVED',
  LT: 'REMOVED',
  OB: new Uint8Array(2),
  OW: new Uint8Array(2),
  PN: 'REMOVED',
  SH: 'REMOVED',
  SL: 0,
  SS: 0,
  ST: 'REMOVED',
  TM: '000000',
  UC: 'REMOVED',
  UI: '2.25.0',
  UL: 0,
  UN: new Uint8Array(2),
  UR: 'urn:removed',
  US: 0,
  UT: 'REMOVED',
};

/** The element that D puts in place of any value; for a sequence, of one that has no items. */
export function dummyElement(tag: Tag, rule: Rule): DataElement | undefined {
  if (rule.vr === 'SQ') return { tag, vr: 'SQ', items: [rule.codes ? unknownCode : new Map()] };
  const value = dummies[rule.vr];
  return value === undefined ? undefined : elementOf(tag, value, { vr: rule.vr });
}

/** The element that Z puts in place of any value: the attribute with nothing in it. */
export function emptyElement(tag: Tag, { vr }: Rule): DataElement {
  return vr === 'SQ' ? { tag, vr, items: [] } : { tag, vr, value: new Uint8Array(0) };
}
