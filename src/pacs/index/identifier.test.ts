import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DataElement, type DataSet, tag } from '../../dicom/index.ts';
import { identifierKey, identifierOfText, readIdentifier } from './identifier.ts';

/** An answer with this Patient ID. */
function answer(
  patientId: string | Uint8Array | undefined,
  options: { readonly characterSet?: string; readonly vr?: Exclude<DataElement['vr'], 'SQ'> } = {},
): DataSet {
  const { characterSet, vr = 'LO' } = options;
  const bytes = (value: string | Uint8Array): Uint8Array =>
    typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
  const elements: DataElement[] = [];
  if (characterSet !== undefined) {
    const value = bytes(characterSet);
    elements.push({ tag: tag.SpecificCharacterSet, vr: 'CS', value });
  }
  if (patientId !== undefined) elements.push({ tag: tag.PatientID, vr, value: bytes(patientId) });
  return new Map(elements.map((element) => [element.tag, element]));
}

const keyOf = (...read: Parameters<typeof answer>): string =>
  identifierKey(readIdentifier(answer(...read), tag.PatientID));
const utf8 = { characterSet: 'ISO_IR 192' };

test('one text is one identifier, in whatever bytes', () => {
  const latin = keyOf('M\u00fcller', { characterSet: 'ISO_IR 100' });
  assert.equal(latin, identifierKey({ kind: 'text', text: 'Müller' }));
  assert.equal(keyOf(Buffer.from('Müller'), utf8), latin);
  assert.equal(keyOf('M\x1b-A\u00fcller', { characterSet: '\\ISO 2022 IR 100' }), latin);
  assert.equal(keyOf('SYN-1 '), keyOf('SYN-1\0'));
  assert.equal(keyOf(' SYN-1', { vr: 'UN' }), keyOf('SYN-1'));
});

test('what decoding would lose, or a first value alone, makes no two identifiers one', () => {
  const different = [
    keyOf('A\u00e4'),
    keyOf('A\u00e5'),
    keyOf('A\u00e4', { characterSet: 'ISO_IR 192' }),
    keyOf('A\u00e4', { characterSet: 'ISO_IR 100' }),
    keyOf('A\u00e4', { characterSet: 'NO SUCH SET' }),
    keyOf('A'),
    keyOf(Buffer.from('A\ufffd'), utf8),
    keyOf('CD'),
    keyOf('CD\\1'),
    keyOf('CD\\2'),
    keyOf('CD\\'),
    keyOf('\\CD'),
    keyOf('CD\\1\\'),
    keyOf('AB 1'),
    keyOf('AB  1'),
    keyOf('ab 1'),
    keyOf(Buffer.from('\u00a0AB 1'), utf8),
    keyOf(Buffer.from('\u3000AB 1'), utf8),
    keyOf(Buffer.from('\ufeffAB 1'), utf8),
    keyOf('A\x81\x5c1', { characterSet: 'GB18030' }),
    keyOf('A\x81\x5c2', { characterSet: 'GB18030' }),
    keyOf('A\x81\x5c2'),
  ];
  assert.equal(new Set(different).size, different.length);
});

test('bytes never equal a text that spells them', () => {
  const bytes = keyOf('CD\\1');
  const [, characterSet = '', hex = ''] = bytes.split('\n');
  for (const text of [hex, `bytes${hex}`, `${characterSet}${hex}`]) {
    assert.notEqual(keyOf(text), bytes);
  }
});

test('several values in seven bits are the same person under any character set', () => {
  assert.equal(keyOf('CD\\1 ', utf8), keyOf('CD\\1'));
  assert.equal(keyOf('CD\\1', { characterSet: 'ISO_IR 100' }), keyOf('CD\\1'));
});

test('padding, empty values and no element are no identifier', () => {
  for (const value of [undefined, '', ' ', '\0', '  \\ ', '\\']) {
    assert.equal(keyOf(value), 'absent', JSON.stringify(value));
  }
});

test('only what is no LO is refused', () => {
  const refused: Parameters<typeof answer>[] = [
    ['A\tB'],
    ['A\nB'],
    ['A\0B'],
    [Buffer.from('A\u0085B'), utf8],
    ['X'.repeat(65)],
    [`A\\${'X'.repeat(65)}`],
    ['\x01\x02', { vr: 'US' }],
    ['A', { vr: 'OB' }],
  ];
  for (const [value, options] of refused) {
    assert.throws(() => keyOf(value, options), { code: 'INDEX_RECORD_INVALID' });
  }
  // 64 characters, whatever their bytes.
  assert.match(keyOf(Buffer.from('ä'.repeat(64)), utf8), /^text/);
});

test('a filter names an identifier as an archive writes it, with its backslash', () => {
  assert.equal(identifierKey(identifierOfText('CD\\1')), keyOf('CD\\1'));
  assert.equal(identifierKey(identifierOfText('Müller')), keyOf(Buffer.from('Müller'), utf8));
  assert.equal(identifierKey(identifierOfText('A\nB')), 'absent');
});
