import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBytes, toHex } from '../../lib/bytes/bytes.ts';
import { codeOf, type MdmError } from '../../lib/errors/mdm-error.ts';
import { transferSyntax } from '../dictionary/generated/uids.ts';
import type { Token } from './token.ts';
import { createTokenReader, type TokenReaderOptions } from './token-reader.ts';

const explicit = transferSyntax.ExplicitVRLittleEndian;
const implicit = transferSyntax.ImplicitVRLittleEndian;
const bigEndian = transferSyntax.ExplicitVRBigEndian;

const hex = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replaceAll(/[\s|]/g, ''), 'hex'));

function read(syntax: string, bytes: string, options: Partial<TokenReaderOptions> = {}): Token[] {
  const reader = createTokenReader({ transferSyntaxUid: syntax, ...options });
  return [...reader.push(hex(bytes)), ...reader.end()];
}

/** `element 00100010 PN 5858` and the like, one a token. */
function describe(tokens: readonly Token[]): string[] {
  return tokens.map((token) => {
    const parts: string[] = [token.kind];
    if ('tag' in token) parts.push(token.tag.toString(16).padStart(8, '0'), token.vr);
    if ('length' in token) parts.push(String(token.length));
    if ('delimited' in token) parts.push(String(token.delimited));
    if ('value' in token) parts.push(toHex(token.value));
    if ('bytes' in token) parts.push(toHex(token.bytes));
    return parts.join(' ');
  });
}

function check(syntax: string, bytes: string, expected: readonly string[]): void {
  assert.deepEqual(describe(read(syntax, bytes)), expected);
}

function checkRefused(
  bytes: string,
  expected: { readonly code: string; readonly offset: number; readonly syntax?: string },
  options: Partial<TokenReaderOptions> = {},
): void {
  assert.throws(
    () => read(expected.syntax ?? explicit, bytes, options),
    (error: MdmError) => {
      assert.equal(codeOf(error), expected.code);
      assert.equal(error.context['offset'], expected.offset);
      return true;
    },
  );
}

test('an element in each encoding', () => {
  const expected = ['element 00100010 PN 4142', 'element 00280010 US 0002'];
  check(explicit, '10001000 504e 0200 4142 | 28001000 5553 0200 0002', expected);
  check(implicit, '10001000 02000000 4142 | 28001000 02000000 0002', expected);
  check(bigEndian, '00100010 504e 0002 4142 | 00280010 5553 0002 0002', expected);
});

test('the long form has two reserved bytes and a 32-bit length', () => {
  check(explicit, '08001a01 5543 0000 02000000 4142', ['element 0008011a UC 4142']);
});

test('sequences of defined and undefined length', () => {
  const inner = '10002000 4c4f 0200 4142';
  const tokens = (length: string, itemLength: string, delimited: boolean): string[] => [
    `sequence-start 00081110 SQ ${length}`,
    `item-start ${itemLength}`,
    'element 00100020 LO 4142',
    `item-end ${delimited}`,
    `sequence-end ${delimited}`,
  ];
  check(
    explicit,
    `08001011 5351 0000 12000000 feff00e0 0a000000 ${inner}`,
    tokens('18', '10', false),
  );
  check(
    explicit,
    `08001011 5351 0000 ffffffff feff00e0 ffffffff ${inner} feff0de0 00000000 feffdde0 00000000`,
    tokens('undefined', 'undefined', true),
  );
});

test('empty sequences and items', () => {
  check(explicit, '08001011 5351 0000 00000000 | 10002000 4c4f 0000', [
    'sequence-start 00081110 SQ 0',
    'sequence-end false',
    'element 00100020 LO ',
  ]);
  check(implicit, '08001011 08000000 feff00e0 00000000', [
    'sequence-start 00081110 SQ 8',
    'item-start 0',
    'item-end false',
    'sequence-end false',
  ]);
});

test('UN of undefined length holds implicit VR little endian, also in big endian', () => {
  const items = 'feff00e0 ffffffff 10002000 02000000 4142 feff0de0 00000000 feffdde0 00000000';
  const expected = [
    'sequence-start 00091001 UN undefined',
    'item-start undefined',
    'element 00100020 LO 4142',
    'item-end true',
    'sequence-end true',
    'element 00100020 LO 4344',
  ];
  check(explicit, `09000110 554e 0000 ffffffff ${items} 10002000 4c4f 0200 4344`, expected);
  check(bigEndian, `00091001 554e 0000 ffffffff ${items} 00100020 4c4f 0002 4344`, expected);
});

test('native pixel data are streamed whatever their length, encapsulated ones as fragments', () => {
  check(explicit, 'e07f1000 4f57 0000 04000000 01020304', [
    'value-start 7fe00010 OW 4',
    'value-chunk 01020304',
    'value-end',
  ]);
  check(explicit, 'e07f1000 4f57 0000 00000000', ['value-start 7fe00010 OW 0', 'value-end']);
  check(
    explicit,
    `e07f1000 4f42 0000 ffffffff feff00e0 00000000 feff00e0 02000000 0102
     feffdde0 00000000 | fcfffcff 4f42 0000 02000000 0000`,
    [
      'fragments-start 7fe00010 OB',
      'fragment-start 0',
      'fragment-end',
      'fragment-start 2',
      'value-chunk 0102',
      'fragment-end',
      'fragments-end',
      'element fffcfffc OB 0000',
    ],
  );
});

test('values above inlineValueMax are streamed; chunks are views, inline values copies', () => {
  const bytes = concatBytes([
    hex('08001a01 5543 0000 04000000 41424344'),
    hex('10002000 4c4f 0200 4142'),
  ]);
  const reader = createTokenReader({ transferSyntaxUid: explicit, inlineValueMax: 3 });
  // Also for a Buffer, whose own slice() would be a view.
  const chunk = Buffer.from(bytes);
  const tokens = reader.push(chunk);
  assert.deepEqual(describe(tokens).slice(0, 3), [
    'value-start 0008011a UC 4',
    'value-chunk 41424344',
    'value-end',
  ]);
  chunk.fill(0);
  assert.equal(describe(tokens)[1], 'value-chunk 00000000');
  assert.equal(describe(tokens)[3], 'element 00100020 LO 4142');
});

test('implicit VR: US or SS follows Pixel Representation, in items too', () => {
  const smallest = '28000601 02000000 ffff';
  const item = `feff00e0 0a000000 ${smallest}`;
  const representation = '28000301 02000000';
  check(implicit, `${representation} 0100 ${smallest} 40009690 12000000 ${item}`, [
    'element 00280103 US 0100',
    'element 00280106 SS ffff',
    'sequence-start 00409096 SQ 18',
    'item-start 10',
    'element 00280106 SS ffff',
    'item-end false',
    'sequence-end false',
  ]);
  check(implicit, `${representation} 0000 ${smallest}`, [
    'element 00280103 US 0000',
    'element 00280106 US ffff',
  ]);
});

test('what is malformed has a code and the offset of its element', () => {
  const first = '10001000 504e 0200 4142';
  const sequence = '08001011 5351 0000 ffffffff';
  const openItem = `${sequence} feff00e0 ffffffff`;
  const rows: readonly (readonly [string, string, number])[] = [
    [`${first} 1000`, 'DICOM_TRUNCATED', 12],
    ['10001000 504e 0400 4142', 'DICOM_TRUNCATED', 10],
    ['e07f1000 4f57 0000 04000000 01', 'DICOM_TRUNCATED', 13],
    [openItem, 'DICOM_TRUNCATED', 20],
    [`${first} 10002000 5a5a 0200 4142`, 'DICOM_VR_UNKNOWN', 10],
    [`${first} ${first}`, 'DICOM_TAG_DUPLICATED', 10],
    [`${first} 08001800 5549 0000`, 'DICOM_TAG_UNORDERED', 10],
    [`${sequence} ${first}`, 'DICOM_ITEM_EXPECTED', 12],
    ['e07f1000 4f57 0000 ffffffff 01020304 05060708', 'DICOM_ITEM_EXPECTED', 12],
    ['feff00e0 00000000', 'DICOM_DELIMITER_UNEXPECTED', 0],
    ['feff0de0 00000000', 'DICOM_DELIMITER_UNEXPECTED', 0],
    [`${openItem} feffdde0 00000000`, 'DICOM_DELIMITER_UNEXPECTED', 20],
    [`${sequence} feff0000 00000000`, 'DICOM_DELIMITER_UNEXPECTED', 12],
    [`${openItem} feff0de0 02000000`, 'DICOM_LENGTH_INVALID', 20],
    ['08001a01 5543 0000 ffffffff', 'DICOM_LENGTH_INVALID', 0],
    [`e07f1000 4f42 0000 ffffffff feff00e0 ffffffff`, 'DICOM_LENGTH_INVALID', 12],
    ['08001011 5351 0000 0a000000 feff00e0 04000000', 'DICOM_LENGTH_OVERRUN', 12],
    ['08001011 5351 0000 04000000 feff00e0', 'DICOM_LENGTH_OVERRUN', 12],
    [
      '08001011 5351 0000 12000000 feff00e0 0a000000 10002000 4c4f 0400 4142',
      'DICOM_LENGTH_OVERRUN',
      20,
    ],
  ];
  for (const [bytes, code, offset] of rows) checkRefused(bytes, { code, offset });
});

test('unordered and duplicated tags pass when not strict', () => {
  const bytes = '10001000 504e 0000 | 10001000 504e 0000 | 08001800 5549 0000';
  assert.equal(read(explicit, bytes, { strict: false }).length, 3);
});

test('each item has its own order of tags', () => {
  const item = 'feff00e0 08000000 10001000 504e 0000';
  assert.equal(read(explicit, `08001011 5351 0000 20000000 ${item} ${item}`).length, 8);
});

test('nesting and count are bounded', () => {
  const level = '08001011 5351 0000 ffffffff feff00e0 ffffffff';
  const options = { limits: { nestingMax: 3 } };
  checkRefused(level.repeat(4), { code: 'DICOM_NESTING_TOO_DEEP', offset: 60 }, options);
  checkRefused(level.repeat(3), { code: 'DICOM_TRUNCATED', offset: 60 }, options);
  checkRefused(
    '10001000 504e 0000 | 10002000 4c4f 0000',
    { code: 'DICOM_TOO_MANY_ELEMENTS', offset: 8 },
    { limits: { elementsMax: 1 } },
  );
});

test('a value of 2 GiB declared holds only what has come', () => {
  const before = process.memoryUsage().arrayBuffers;
  const reader = createTokenReader({ transferSyntaxUid: explicit, inlineValueMax: 2 ** 32 });
  reader.push(hex('08001a01 5543 0000 00000080'));
  reader.push(new Uint8Array(1000));
  assert.ok(process.memoryUsage().arrayBuffers - before < 1_000_000);
  assert.throws(() => reader.end(), /DICOM_TRUNCATED/);
});

test('after a failure every call fails the same way', () => {
  const reader = createTokenReader({ transferSyntaxUid: explicit });
  assert.throws(() => reader.push(hex('feff00e0 00000000')), /DICOM_DELIMITER_UNEXPECTED/);
  assert.throws(() => reader.push(hex('10001000 504e 0000')), /DICOM_DELIMITER_UNEXPECTED/);
  assert.throws(() => reader.end(), /DICOM_DELIMITER_UNEXPECTED/);
});

test('a deflated or unknown transfer syntax is refused at once', () => {
  for (const uid of [transferSyntax.DeflatedExplicitVRLittleEndian, '1.2.3', '../x']) {
    assert.throws(
      () => createTokenReader({ transferSyntaxUid: uid }),
      (error) => codeOf(error) === 'DICOM_TRANSFER_SYNTAX_UNSUPPORTED',
    );
  }
});

test('a future compressed syntax of the standard is read as explicit VR little endian', () => {
  assert.equal(read('1.2.840.10008.1.2.4.999', '10001000 504e 0200 4142')[0]?.kind, 'element');
});
