import { utf8 } from '../../lib/bytes/bytes.ts';
import { dicomErrors } from '../errors.ts';
import { decodeAscii, decodeLatin1, decodeWith } from './code-page.ts';
import { decodeIso2022 } from './iso-2022.ts';

/**
 * Labels of the decoders of the platform, by defined term without punctuation. The platform decodes
 * ISO 8859-1 and -9 as their Windows supersets, which differ in control characters only.
 *
 * @standard PS3.3 §C.12.1.1.2
 */
const labels: Readonly<Record<string, string>> = {
  'ISO IR 13': 'shift_jis',
  'ISO IR 100': 'iso-8859-1',
  'ISO IR 101': 'iso-8859-2',
  'ISO IR 109': 'iso-8859-3',
  'ISO IR 110': 'iso-8859-4',
  'ISO IR 126': 'iso-8859-7',
  'ISO IR 127': 'iso-8859-6',
  'ISO IR 138': 'iso-8859-8',
  'ISO IR 144': 'iso-8859-5',
  'ISO IR 148': 'iso-8859-9',
  'ISO IR 166': 'iso-8859-11',
  'ISO IR 192': 'utf-8',
  'ISO IR 203': 'iso-8859-15',
  GB18030: 'gb18030',
  GBK: 'gbk',
};

/** The values of Specific Character Set (0008,0005); empty or `['']`: the default repertoire. */
export type CharacterSet = readonly string[];

/** The default character repertoire, ISO_IR 6. */
export const defaultCharacterSet: CharacterSet = [];

/**
 * Decode a text value. What the character set lacks, wrong escapes and unknown terms give U+FFFD;
 * never throws. Decoding comes before splitting at backslashes, because GB18030 and ISO 2022 have
 * characters with a byte of that value.
 *
 * @param options.personName escape sequences end at `^` and `=` too
 * @standard PS3.5 §6.1
 */
export function decodeText(
  bytes: Uint8Array,
  characterSet: CharacterSet,
  options: { readonly personName?: boolean } = {},
): string {
  if (isPlain(bytes)) return decodeLatin1(bytes);
  const first = normalize(characterSet[0] ?? '');
  const extended = characterSet.length > 1 || first.startsWith('ISO 2022');
  const label = labels[first.replace('ISO 2022', 'ISO')];
  if (extended) return decodeIso2022(bytes, { label, personName: options.personName === true });
  return label === undefined ? decodeAscii(bytes) : decodeWith(label, bytes);
}

/**
 * Encode a text value; only what we write ourselves: ASCII, ISO_IR 100, ISO_IR 192.
 *
 * @throws MdmError `DICOM_TEXT_NOT_ENCODABLE`
 */
export function encodeText(text: string, characterSet: CharacterSet): Uint8Array {
  const term = normalize(characterSet[0] ?? '');
  if (term === 'ISO IR 192') return utf8(text);
  const limit = term === 'ISO IR 100' ? 0xff : 0x7f;
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > limit) throw dicomErrors.create('DICOM_TEXT_NOT_ENCODABLE');
    bytes[index] = code;
  }
  return bytes;
}

/** Terms are met with underscores, hyphens or spaces. */
function normalize(term: string): string {
  return term.trim().toUpperCase().replaceAll(/[_-]/g, ' ');
}

/** Whether all bytes mean the same in every character set: 7 bits, no escape. */
function isPlain(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte > 0x7f || byte === 0x1b) return false;
  return true;
}
