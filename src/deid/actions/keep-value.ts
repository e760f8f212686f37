import { getNumbers, splitValues, type Tag, type Vr, vrTraits } from '../../dicom/index.ts';
import { numberForms } from '../../facts/index.ts';
import { deidLimits } from '../limits.ts';
import { type Bounds, boundsOf, isWithin } from '../meaning/bounds.ts';
import type { DropReason } from '../meaning/drops.ts';
import type { Identifiers } from '../meaning/identifiers.ts';
import { isKnownPointer } from '../meaning/pointers.ts';
import { termsOf } from '../meaning/terms.ts';
import type { Rule } from '../profile/rule.ts';
import { isKnownText } from '../profile/vocabulary.ts';

/** A value as it came. */
interface Held {
  readonly vr: Exclude<Vr, 'SQ'>;
  readonly value: Uint8Array;
}

/** What of a value may stay. */
export interface Judgement {
  /** The value as it leaves; absent: none of it. */
  readonly value?: Uint8Array;
  /** Why something did not stay; absent: all of it does. */
  readonly dropped?: DropReason;
}

/** 16 characters by the standard; common devices write up to 20 digits or so on a side of the point. */
const usualDecimal = /^[+-]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})([eE][+-]?\d{1,3})?$/;

/** A number that a program wrote with every digit of its binary form, as short as it can be. */
const shortened = (text: string): string =>
  usualDecimal.test(text) ? text : String(Number(Number(text).toPrecision(decimalDigits)));

/** Digits that are left of a number by the facts too, so that both say the same. */
const decimalDigits = 15;

/**
 * Judge a value by its form, then by its meaning: numbers within the bounds of the attribute, coded
 * strings of its vocabulary, pointers to attributes that exist, and nothing that equals an identifier
 * of the same header.
 *
 * Wrong VR, partial numbers, too many values, one number out of bounds: nothing stays. A coded string
 * that is none leaves an empty one, so that the others keep places.
 */
export function judgeValue(rule: Rule, { vr, value }: Held, identifiers: Identifiers): Judgement {
  if (!rule.vrs.includes(vr) || value.length > deidLimits.valueMaxBytes) return badForm;
  if (value.length === 0) return { value };
  if (vr === 'CS') return judgeCodedStrings(rule, value, identifiers);
  return vrTraits[vr].kind === 'binary'
    ? judgeNumbers(rule, { vr, value }, identifiers)
    : judgeNumberTexts(rule, { vr, value }, identifiers);
}

const badForm: Judgement = { dropped: 'form' };

/** Bytes of one number, and from how many letters and digits in a row it is taken for text. */
const numbers: Readonly<Partial<Record<Vr, { readonly size: number; readonly text: number }>>> = {
  AT: { size: 4, text: 8 },
  FD: { size: 8, text: 8 },
  FL: { size: 4, text: 4 },
  SL: { size: 4, text: 8 },
  SS: { size: 2, text: 4 },
  UL: { size: 4, text: 8 },
  US: { size: 2, text: 4 },
};

/**
 * Numbers fill their field with any bytes, so a text could; a field of some length that holds letters
 * and digits only is taken for text. Of real numbers one in some hundreds of thousands looks like that.
 */
function judgeNumbers(rule: Rule, { vr, value }: Held, identifiers: Identifiers): Judgement {
  const number = numbers[vr];
  const count = value.length / (number?.size ?? 1);
  if (number === undefined || !Number.isInteger(count) || count > rule.valuesMax) return badForm;
  if (value.length >= number.text && value.every(isTextByte)) return badForm;
  const { tag } = rule;
  const read = getNumbers(new Map([[tag, { tag, vr, value }]]), tag);
  if (vr === 'AT') return read.every(isKnownPointer) ? { value } : { dropped: 'term' };
  const dropped = judgeRead(tag, read, identifiers);
  return dropped === undefined ? { value } : { dropped };
}

/** Letters, digits, and what stands between the parts of a name. */
const isTextByte = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) ||
  (byte >= 0x41 && byte <= 0x5a) ||
  (byte >= 0x61 && byte <= 0x7a) ||
  byte === 0x20 ||
  byte === 0x2d ||
  byte === 0x5e;

function judgeNumberTexts(rule: Rule, { vr, value }: Held, identifiers: Identifiers): Judgement {
  const form = numberForms[vr];
  const texts = splitValues(value);
  if (form === undefined || texts.length > rule.valuesMax) return badForm;
  if (!texts.every((text) => form.test(text))) return badForm;
  const bounds = boundsOf(rule.tag);
  const compared = bounds?.kind === 'n' && texts.some((text) => identifiers.isText(text));
  const dropped = compared ? 'identifier' : judgeRead(rule.tag, texts.map(Number), identifiers);
  if (dropped !== undefined) return { dropped };
  return { value: encode(vr === 'DS' ? texts.map(shortened) : texts) };
}

/** Why numbers of an attribute may not stay; undefined: they may. */
function judgeRead(
  tag: Tag,
  values: readonly number[],
  identifiers: Identifiers,
): DropReason | undefined {
  const bounds: Bounds | undefined = boundsOf(tag);
  if (bounds === undefined || !values.every((value) => isWithin(bounds, value))) return 'bounds';
  return values.some((value) => identifiers.isNumber(value, bounds.kind))
    ? 'identifier'
    : undefined;
}

function judgeCodedStrings(rule: Rule, value: Uint8Array, identifiers: Identifiers): Judgement {
  const texts = splitValues(value);
  if (texts.length > rule.valuesMax) return badForm;
  const reasons = texts.map((text, place) => reasonAgainst(rule.tag, { text, place }, identifiers));
  const dropped = reasons.find((reason) => reason !== undefined);
  if (dropped === undefined) return { value: encode(texts) };
  const kept = texts.map((text, place) => (reasons[place] === undefined ? text : ''));
  return kept.some((text) => text !== '') ? { value: encode(kept), dropped } : { dropped };
}

function reasonAgainst(
  tag: Tag,
  { text, place }: { readonly text: string; readonly place: number },
  identifiers: Identifiers,
): DropReason | undefined {
  if (text === '') return undefined;
  if (termsOf(tag, place)?.has(text) !== true) return 'term';
  return identifiers.isText(text) ? 'identifier' : undefined;
}

/** A text whose every value the vocabulary knows; else nothing. */
export function judgeText(rule: Rule, { vr, value }: Held, identifiers: Identifiers): Judgement {
  if (rule.vr !== vr || value.length > deidLimits.valueMaxBytes) return badForm;
  const texts = splitValues(value);
  if (texts.length > rule.valuesMax) return badForm;
  if (!texts.every((text) => isKnownText(rule.tag, text))) return { dropped: 'term' };
  if (texts.some((text) => identifiers.isText(text))) return { dropped: 'identifier' };
  return { value: encode(texts) };
}

const encode = (texts: readonly string[]): Uint8Array => {
  const text = texts.join('\\');
  return Buffer.from((text.length & 1) === 0 ? text : `${text} `, 'latin1');
};
