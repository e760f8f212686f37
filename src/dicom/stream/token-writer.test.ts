import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AssertionFailure } from '../../lib/assert.ts';
import { concatBytes, toHex } from '../../lib/bytes/bytes.ts';
import { tag } from '../dictionary/generated/tag.ts';
import { transferSyntax } from '../dictionary/generated/uids.ts';
import type { Token } from './token.ts';
import { createTokenReader } from './token-reader.ts';
import { createTokenWriter, type TokenWriterOptions } from './token-writer.ts';

const explicit = transferSyntax.ExplicitVRLittleEndian;
const hex = (text: string): string => text.replaceAll(' ', '');
const value = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

function write(tokens: readonly Token[], options: Partial<TokenWriterOptions> = {}): string {
  const writer = createTokenWriter({ transferSyntaxUid: explicit, ...options });
  return toHex(concatBytes(tokens.flatMap((token) => writer.write(token))));
}

const nested: readonly Token[] = [
  { kind: 'sequence-start', tag: tag.ReferencedStudySequence, vr: 'SQ', length: 17 },
  { kind: 'item-start', length: 9 },
  { kind: 'element', tag: tag.PatientID, vr: 'LO', value: value('41') },
  { kind: 'item-end', delimited: false },
  { kind: 'sequence-end', delimited: false },
];

test('an element in each encoding', () => {
  const element: Token = { kind: 'element', tag: tag.Rows, vr: 'US', value: value('0102') };
  assert.equal(write([element]), hex('2800100055530200 0102'));
  assert.equal(
    write([element], { transferSyntaxUid: transferSyntax.ImplicitVRLittleEndian }),
    hex('2800100002000000 0102'),
  );
  assert.equal(
    write([element], { transferSyntaxUid: transferSyntax.ExplicitVRBigEndian }),
    hex('0028001055530002 0102'),
  );
});

test('lengths are preserved, odd ones too', () => {
  assert.equal(
    write(nested),
    hex('0800101153510000 11000000 feff00e009000000 100020004c4f0100 41'),
  );
});

test('recode: undefined lengths, padded values', () => {
  assert.equal(
    write(nested, { lengths: 'recode' }),
    hex(
      '0800101153510000ffffffff feff00e0ffffffff 100020004c4f02004120 feff0de000000000 feffdde000000000',
    ),
  );
  const pixels: readonly Token[] = [
    { kind: 'value-start', tag: tag.PixelData, vr: 'OB', length: 3 },
    { kind: 'value-chunk', bytes: value('010203') },
    { kind: 'value-end' },
  ];
  assert.equal(write(pixels, { lengths: 'recode' }), hex('e07f10004f42000004000000 01020300'));
});

test('chunks pass without a copy', () => {
  const writer = createTokenWriter({ transferSyntaxUid: explicit });
  const bytes = value('01020304');
  writer.write({ kind: 'value-start', tag: tag.PixelData, vr: 'OW', length: 4 });
  assert.equal(writer.write({ kind: 'value-chunk', bytes })[0], bytes);
});

test('a value too long for the short form becomes UN', () => {
  const long: Token = {
    kind: 'element',
    tag: tag.PatientID,
    vr: 'LO',
    value: new Uint8Array(65_536),
  };
  assert.equal(write([long]).slice(0, 24), '10002000554e000000000100');
});

test('implicit tokens go into explicit VR as UN with implicit content', () => {
  const source = hex(
    '09000110ffffffff feff00e0ffffffff 10002000020000004142 feff0de000000000 feffdde000000000',
  );
  const reader = createTokenReader({ transferSyntaxUid: transferSyntax.ImplicitVRLittleEndian });
  const tokens = [...reader.push(value(source)), ...reader.end()];
  assert.equal(write(tokens), source.replace('09000110', '09000110554e0000'));
});

test('tokens that break the grammar or their lengths are bugs', () => {
  const rows: readonly (readonly Token[])[] = [
    [{ kind: 'item-start', length: 0 }],
    [{ kind: 'item-end', delimited: true }],
    [{ kind: 'fragment-start', length: 0 }],
    [{ kind: 'value-end' }],
    [
      { kind: 'value-start', tag: tag.PixelData, vr: 'OW', length: 4 },
      { kind: 'value-chunk', bytes: value('0102') },
      { kind: 'value-end' },
    ],
    [
      { kind: 'value-start', tag: tag.PixelData, vr: 'OW', length: 4 },
      { kind: 'element', tag: tag.Rows, vr: 'US', value: value('0102') },
    ],
    [...nested.slice(0, 2), { kind: 'item-end', delimited: false }],
  ];
  for (const tokens of rows) assert.throws(() => write(tokens), AssertionFailure);
});
