import { decodeAscii, decodeWith } from './code-page.ts';

/** A graphic character set that an escape sequence puts into G0 (7 bits) or G1 (8 bits). */
interface CodeSet {
  readonly side: 'G0' | 'G1';
  decode(bytes: Uint8Array): string;
}

const single = (label: string): CodeSet => ({
  side: 'G1',
  decode: (bytes) => decodeWith(label, bytes),
});
const ascii: CodeSet = { side: 'G0', decode: decodeAscii };
/** JIS X 0208: a pair of 7-bit bytes is the EUC-JP pair without its high bits. */
const jisX0208: CodeSet = {
  side: 'G0',
  decode: (bytes) =>
    decodeWith(
      'euc-jp',
      bytes.map((byte) => byte | 0x80),
    ),
};
/** JIS X 0212: the same behind the EUC-JP prefix 0x8F. */
const jisX0212: CodeSet = { side: 'G0', decode: (bytes) => decodeWith('euc-jp', prefix(bytes)) };

/** Code sets by their escape sequence without the ESC. @standard PS3.3 Tables C.12-3, C.12-4 */
const codeSets: readonly (readonly [string, CodeSet])[] = [
  ['(B', ascii],
  ['(J', ascii],
  [')I', single('shift_jis')],
  ['-A', single('iso-8859-1')],
  ['-B', single('iso-8859-2')],
  ['-C', single('iso-8859-3')],
  ['-D', single('iso-8859-4')],
  ['-F', single('iso-8859-7')],
  ['-G', single('iso-8859-6')],
  ['-H', single('iso-8859-8')],
  ['-L', single('iso-8859-5')],
  ['-M', single('iso-8859-9')],
  ['-T', single('iso-8859-11')],
  ['-b', single('iso-8859-15')],
  ['$B', jisX0208],
  ['$(D', jisX0212],
  ['$)C', single('euc-kr')],
  ['$)A', single('gbk')],
];

const escape = 0x1b;

/**
 * Decode text with code extensions. A line end, a backslash and in person names `^` and `=` bring
 * back the initial sets.
 *
 * @param options.label the decoder of the first term, which is in G1 at the start
 * @standard PS3.5 §6.1.2.5
 */
export function decodeIso2022(
  bytes: Uint8Array,
  options: { readonly label: string | undefined; readonly personName: boolean },
): string {
  const initialG1: CodeSet =
    options.label === undefined ? { side: 'G1', decode: decodeAscii } : single(options.label);
  let g0 = ascii;
  let g1 = initialG1;
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0;
    if (byte === escape) {
      const found = codeSets.find(([sequence]) => matches(bytes, at + 1, sequence));
      if (found === undefined) text += '\ufffd';
      else if (found[1].side === 'G0') g0 = found[1];
      else g1 = found[1];
      at += 1 + (found?.[0].length ?? 0);
    } else if (byte <= 0x20 || (g0 === ascii && isDelimiter(byte, options.personName))) {
      if (byte !== 0x20) [g0, g1] = [ascii, initialG1];
      text += String.fromCharCode(byte);
      at += 1;
    } else {
      const end = endOfRun(bytes, at, g0 === ascii ? options.personName : undefined);
      text += (byte > 0x7f ? g1 : g0).decode(bytes.slice(at, end));
      at = end;
    }
  }
  return text;
}

/** Where the bytes of one side end; `personName` is undefined where bytes come in pairs. */
function endOfRun(bytes: Uint8Array, start: number, personName: boolean | undefined): number {
  const high = (bytes[start] ?? 0) > 0x7f;
  let at = start + 1;
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0;
    if (byte > 0x7f !== high || byte <= 0x20) break;
    if (personName !== undefined && isDelimiter(byte, personName)) break;
    at += 1;
  }
  return at;
}

function isDelimiter(byte: number, personName: boolean): boolean {
  return byte === 0x5c || (personName && (byte === 0x5e || byte === 0x3d));
}

function matches(bytes: Uint8Array, at: number, sequence: string): boolean {
  for (let index = 0; index < sequence.length; index += 1) {
    if (bytes[at + index] !== sequence.charCodeAt(index)) return false;
  }
  return true;
}

function prefix(bytes: Uint8Array): Uint8Array {
  const prefixed = new Uint8Array(Math.ceil(bytes.length / 2) * 3);
  for (let index = 0; index < bytes.length; index += 2) {
    const at = (index / 2) * 3;
    prefixed[at] = 0x8f;
    prefixed[at + 1] = (bytes[index] ?? 0) | 0x80;
    prefixed[at + 2] = (bytes[index + 1] ?? 0) | 0x80;
  }
  return prefixed;
}
