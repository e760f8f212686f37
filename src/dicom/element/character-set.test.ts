import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import { decodeText, encodeText } from './character-set.ts';

const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex');

function check(terms: readonly string[], bytes: string, text: string, personName = false): void {
  assert.equal(decodeText(hex(bytes), terms, { personName }), text);
}

test('single-byte repertoires', () => {
  check([], '41e4', 'A\ufffd');
  check(['ISO_IR 100'], '41e4', 'Aä');
  check(['ISO_IR 101'], 'a3', 'Ł');
  check(['ISO_IR 109'], 'a6', 'Ĥ');
  check(['ISO_IR 110'], 'a2', 'ĸ');
  check(['ISO_IR 126'], 'c4', 'Δ');
  check(['ISO_IR 127'], 'c7', 'ا');
  check(['ISO_IR 138'], 'f9', 'ש');
  check(['ISO_IR 144'], 'bb', 'Л');
  check(['ISO_IR 148'], 'fd', 'ı');
  check(['ISO_IR 166'], 'a1', 'ก');
  check(['ISO_IR 13'], 'd4', 'ﾔ');
});

test('multi-byte repertoires, with a backslash byte inside a character', () => {
  check(['ISO_IR 192'], 'e5b1b1', '山');
  check(['GB18030'], 'c3fb 5c 8a5c', '名\\奬'.replace('奬', decode('gb18030', '8a5c')));
  check(['GBK'], 'c4dc', '能');
});

test('spelling variants of the terms', () => {
  for (const term of ['ISO IR 100', 'iso_ir 100', ' ISO-IR 100 ']) check([term], 'e4', 'ä');
});

test('ISO 2022: Japanese, Korean, Chinese', () => {
  const jp = ['', 'ISO 2022 IR 87'];
  check(jp, '59 3d 1b2442 3b33 4544 1b2842 5e', 'Y=山田^', true);
  check(['', 'ISO 2022 IR 159'], '1b2428443022 1b2842', decode('euc-jp', '8fb0a2'));
  check(['ISO 2022 IR 13', 'ISO 2022 IR 87'], 'd4cf', 'ﾔﾏ');
  check(['', 'ISO 2022 IR 149'], '1b242943 b1e8', '김');
  check(['', 'ISO 2022 IR 58'], '1b242941 cdf5', '王');
});

test('ISO 2022: delimiters bring back the initial sets', () => {
  const korean = ['ISO 2022 IR 100', 'ISO 2022 IR 149'];
  check(korean, '1b242943 b1e8 5c e4', '김\\ä');
  check(korean, '1b242943 b1e8 5e e4', '김^ä', true);
  check(korean, '1b242943 b1e8 0d0a e4', '김\r\nä');
});

test('what is broken gives replacement characters and never throws', () => {
  check(['NO_SUCH'], '41e4', 'A\ufffd');
  check(['ISO_IR 192'], 'ff41', '\ufffdA');
  check(['ISO 2022 IR 6', 'ISO 2022 IR 87'], '1b2178', '\ufffd!x');
  check(['', 'ISO 2022 IR 87'], '1b', '\ufffd');
  assert.equal(typeof decodeText(hex('1b24423b'), ['', 'ISO 2022 IR 87']), 'string');
  assert.equal(typeof decodeText(hex('1b24284430'), ['', 'ISO 2022 IR 159']), 'string');
});

test('encoding: what the character set lacks is refused', () => {
  assert.deepEqual(encodeText('ä', ['ISO_IR 100']), Uint8Array.of(0xe4));
  assert.deepEqual(encodeText('ä', ['ISO_IR 192']), Uint8Array.of(0xc3, 0xa4));
  for (const [text, terms] of [
    ['ä', []],
    ['山', ['ISO_IR 100']],
  ] as const) {
    assert.throws(
      () => encodeText(text, terms),
      (error) => codeOf(error) === 'DICOM_TEXT_NOT_ENCODABLE',
    );
  }
});

function decode(label: string, bytes: string): string {
  return new TextDecoder(label).decode(hex(bytes));
}
