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

function keepNumbers(rule: Rule, vr: Vr, value: Uint8Array): Uint8Array | undefined {
  // An AT is one value of two 16-bit numbers.
  const size = vr === 'AT' ? 4 : vrTraits[vr].unitBytes;
  const count = value.length / size;
  return size > 1 && Number.isInteger(count) && count <= rule.valuesMax ? value : undefined;
}

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
  return text.split('\\').map((part) => part.replace(/^ +/, '').replace(/ +$/, ''));
}

const encode = (texts: readonly string[]): Uint8Array => {
  const text = texts.join('\\');
  return Buffer.from((text.length & 1) === 0 ? text : `${text} `, 'latin1');
};
