import {
  type CharacterSet,
  characterSetOf,
  type DataSet,
  decodeText,
  type Tag,
  vrTraits,
} from '../../dicom/index.ts';
import { toHex, utf8 } from '../../lib/bytes/bytes.ts';
import { indexErrors } from './errors.ts';

/**
 * An identifier (LO) as identity is compared on it: nothing that its archive wrote is lost.
 *
 * One value that its character set can decode is its text: the same text in other bytes is the same
 * person. Anything else, that is bytes which the character set lacks and several values, is its bytes.
 */
export type Identifier =
  | { readonly kind: 'absent' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly characterSet: string; readonly hex: string };

/** One value: at most 64 characters, none of them a control. @standard PS3.5 Table 6.2-1 (LO) */
const valuePattern = /^\P{Cc}{0,64}$/u;
const undecodable = '\ufffd';
const space = 0x20;
const nul = 0;

/**
 * Read an identifier of a query answer; padding is no part of it. Empty and absent are the same.
 * @throws INDEX_RECORD_INVALID where the value is none of LO: control characters, more than 64
 *   characters, or a VR of numbers or items
 */
export function readIdentifier(record: DataSet, tag: Tag): Identifier {
  const element = record.get(tag);
  if (element === undefined) return { kind: 'absent' };
  const isText = element.vr === 'UN' || vrTraits[element.vr].kind === 'string';
  if (element.vr === 'SQ' || !isText) throw indexErrors.create('INDEX_RECORD_INVALID');
  return identifierOf(element.value, characterSetOf(record));
}

/** The identifier that a configuration names; absent where no archive can hold it. */
export function identifierOfText(text: string): Identifier {
  try {
    return identifierOf(utf8(text), ['ISO_IR 192']);
  } catch {
    return { kind: 'absent' }; // it breaks the VR: an archive's value like it is skipped
  }
}

/** One text for each identifier; equal for equal ones only. */
export function identifierKey(identifier: Identifier): string {
  return labelled(identifier).join('\n');
}

/** Its parts for a keyed digest, under a label of its own for each form. */
export function labelled(identifier: Identifier): readonly string[] {
  if (identifier.kind === 'absent') return ['absent'];
  if (identifier.kind === 'text') return ['text', identifier.text];
  return ['bytes', identifier.characterSet, identifier.hex];
}

function identifierOf(padded: Uint8Array, characterSet: CharacterSet): Identifier {
  const bytes = withoutPadding(padded);
  const text = decodeText(bytes, characterSet)
    .replace(/^ +/, '')
    .replace(/[ \0]+$/, '');
  const values = text.split('\\');
  if (values.every((value) => value.replaceAll(' ', '') === '')) return { kind: 'absent' };
  if (!values.every((value) => valuePattern.test(value)))
    throw indexErrors.create('INDEX_RECORD_INVALID');
  if (values.length === 1 && !text.includes(undecodable)) return { kind: 'text', text };
  return { kind: 'bytes', characterSet: labelOf(characterSet, bytes), hex: toHex(bytes) };
}

/** Spaces on both sides and NULs behind; no character of any set has a byte of these beside others. */
function withoutPadding(bytes: Uint8Array): Uint8Array {
  let start = 0;
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === space || bytes[end - 1] === nul)) end -= 1;
  while (start < end && bytes[start] === space) start += 1;
  return bytes.subarray(start, end);
}

/** What the bytes were meant in; seven bits without escapes mean the same in every set. */
function labelOf(characterSet: CharacterSet, bytes: Uint8Array): string {
  const isPlain = bytes.every((byte) => byte < 0x80 && byte !== 0x1b);
  return isPlain ? '' : characterSet.join('\\').toUpperCase().replaceAll(/[_-]/g, ' ');
}
