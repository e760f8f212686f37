import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createTokenReader,
  createTokenWriter,
  type Token,
  transferSyntax,
} from '../../../src/dicom/index.ts';
import { concatBytes, toHex } from '../../../src/lib/bytes/bytes.ts';

const item = (content: string, length?: number): string =>
  `feff00e0 ${length === undefined ? 'ffffffff' : word(length)} ${content}`;
const endOfItem = 'feff0de0 00000000';
const endOfSequence = 'feffdde0 00000000';
const element = '10002000 4c4f 0200 4142';

function word(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes.toString('hex');
}

function tokensOf(syntax: string, bytes: string): readonly Token[] {
  const reader = createTokenReader({ transferSyntaxUid: syntax });
  return [...reader.push(Buffer.from(bytes.replaceAll(' ', ''), 'hex')), ...reader.end()];
}

/** Layout, bytes, kinds of the tokens. The same layouts as in the tables; other contents. */
const rows: readonly (readonly [string, string, string, string])[] = [
  [
    'PS3.5 Table 7.5-1: implicit VR, defined lengths, three items',
    transferSyntax.ImplicitVRLittleEndian,
    `40009690 ${word(42)} ${item('10002000 02000000 4142', 10)} ${item('', 0)} ${item('10002000 00000000', 8)}`,
    'S[ I[ E I] I[ I] I[ E I] S]',
  ],
  [
    'PS3.5 Table 7.5-2: explicit VR, undefined sequence length, items of defined length',
    transferSyntax.ExplicitVRLittleEndian,
    `40009690 5351 0000 ffffffff ${item(element, 10)} ${item(element, 10)} ${endOfSequence}`,
    'S[ I[ E I] I[ E I] S]',
  ],
  [
    'PS3.5 Table 7.5-3: implicit VR, undefined lengths, and one item of defined length',
    transferSyntax.ImplicitVRLittleEndian,
    `40009690 ffffffff ${item('10002000 02000000 4142', 10)} ${item('10002000 02000000 4142')} ${endOfItem} ${endOfSequence}`,
    'S[ I[ E I] I[ E I] S]',
  ],
  [
    'PS3.5 Table A.4-1: three fragments behind an empty Basic Offset Table',
    transferSyntax.JPEGBaseline8Bit,
    `e07f1000 4f42 0000 ffffffff ${item('', 0)} ${item('01020304', 4)} ${item('0102', 2)} ${item('0102', 2)} ${endOfSequence}`,
    'F[ f[ f] f[ C f] f[ C f] f[ C f] F]',
  ],
];

const symbols: Readonly<Record<Token['kind'], string>> = {
  element: 'E',
  'value-start': 'V[',
  'value-chunk': 'C',
  'value-end': 'V]',
  'sequence-start': 'S[',
  'item-start': 'I[',
  'item-end': 'I]',
  'sequence-end': 'S]',
  'fragments-start': 'F[',
  'fragment-start': 'f[',
  'fragment-end': 'f]',
  'fragments-end': 'F]',
};

for (const [title, syntax, bytes, kinds] of rows) {
  test(title, () => {
    const tokens = tokensOf(syntax, bytes);
    assert.equal(tokens.map((token) => symbols[token.kind]).join(' '), kinds);
    const writer = createTokenWriter({ transferSyntaxUid: syntax });
    const written = concatBytes(tokens.flatMap((token) => writer.write(token)));
    assert.equal(toHex(written), bytes.replaceAll(' ', ''));
  });
}
