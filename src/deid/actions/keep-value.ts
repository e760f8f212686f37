import { type Tag, type Vr, vrTraits } from '../../dicom/index.ts';
import { deidLimits } from '../limits.ts';
import type { Rule } from '../profile/rule.ts';
import { isKnownText } from '../profile/vocabulary.ts';

/** What one value of a coded string VR may look like; stricter than the standard is too strict. */
const forms: Readonly<Partial<Record<Vr, RegExp>>> = {
  CS: /^[A-Z0-9_ ]{0,16}$/,
  // 16 characters by the standard; common devices write up to 20 or so.
  DS: /^[+-]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})([eE][+-]?\d{1,3})?$/,
  IS: /^[+-]?\d{1,10}$/,
};

/**
 * A value as it may stay: the same numbers and codes, without anything that could hide in their
 * field; undefined where the value is not what its VR says.
 *
 * Wrong VR, partial numbers, too many values, text where a number belongs and anything behind a
 * NUL lead to removal. A CS value that is none leaves an empty one, so that the others keep places.
 */
export function keepValue(rule: Rule, vr: Vr, value: Uint8Array): Uint8Array | undefined {
  if (!rule.vrs.includes(vr) || value.length > deidLimits.valueMaxBytes) return undefined;
  if (value.length === 0) return value;
  return vrTraits[vr].kind === 'binary'
    ? keepNumbers(rule, vr, value)
    : keepStrings(rule, vr, value);
}

/** Bytes of one number, and how many printable ones in a row are taken for text. */
const numbers: Readonly<Partial<Record<Vr, { readonly size: number; readonly text: number }>>> = {
  AT: { size: 4, text: 8 },
  FD: { size: 8, text: 16 },
  FL: { size: 4, text: 16 },
  SL: { size: 4, text: 8 },
  SS: { size: 2, text: 6 },
  UL: { size: 4, text: 8 },
  US: { size: 2, text: 6 },
};

/**
 * Numbers fill their field with any bytes, so a text could; a field of some length whose bytes are
 * all printable is taken for text. Of real numbers one vector in a million looks like that.
 */
function keepNumbers(rule: Rule, vr: Vr, value: Uint8Array): Uint8Array | undefined {
  const number = numbers[vr];
  if (number === undefined) return undefined;
  const count = value.length / number.size;
  const fits = Number.isInteger(count) && count <= rule.valuesMax;
  return fits && !(value.length >= number.text && value.every(isPrintable)) ? value : undefined;
}

const isPrintable = (byte: number): boolean => byte >= 0x20 && byte <= 0x7e;

function keepStrings(rule: Rule, vr: Vr, value: Uint8Array): Uint8Array | undefined {
  const form = forms[vr];
  const texts = splitValues(value);
  if (form === undefined || texts.length > rule.valuesMax) return undefined;
  if (vr !== 'CS') return texts.every((text) => form.test(text)) ? encode(texts) : undefined;
  const kept = texts.map((text) => (form.test(text) ? text : ''));
  return kept.some((text) => text !== '') ? encode(kept) : undefined;
}

/** A text whose every value the vocabulary knows; else undefined. */
export function judgeText(tag: Tag, rule: Rule, value: Uint8Array): Uint8Array | undefined {
  if (value.length > deidLimits.valueMaxBytes) return undefined;
  const texts = splitValues(value);
  const known = texts.length <= rule.valuesMax && texts.every((text) => isKnownText(tag, text));
  return known ? encode(texts) : undefined;
}

/** Values without their padding: spaces around, and the one NUL that some devices pad with. */
export function splitValues(value: Uint8Array): readonly string[] {
  const end = value.at(-1) === 0 ? value.length - 1 : value.length;
  const text = Buffer.from(value.buffer, value.byteOffset, end).toString('latin1');
  return text.includes('\\') ? text.split('\\').map(trimSpaces) : [trimSpaces(text)];
}

function trimSpaces(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text.charCodeAt(start) === 0x20) start += 1;
  while (end > start && text.charCodeAt(end - 1) === 0x20) end -= 1;
  return text.slice(start, end);
}

const encode = (texts: readonly string[]): Uint8Array => {
  const text = texts.join('\\');
  return Buffer.from((text.length & 1) === 0 ? text : `${text} `, 'latin1');
};
