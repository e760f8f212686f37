import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataSetOf, getString, tag as t } from '../../dicom/index.ts';
import { cleanCode, isCodeItem } from './code-item.ts';

const clean = (CodeValue: string, CodingSchemeDesignator: string): string => {
  const item = dataSetOf({ CodeValue, CodingSchemeDesignator, CodeMeaning: 'Mrs Smith' });
  const left = cleanCode(item);
  const values = [t.CodeValue, t.CodingSchemeDesignator, t.CodeMeaning].map((tag) =>
    getString(left, tag),
  );
  return values.join(' | ');
};

test('a public code stays, with our meaning or its value in place of the one that came', () => {
  assert.equal(clean('69536005', 'SCT'), '69536005 | SCT | Head');
  assert.equal(clean('T-D1100', 'SRT'), 'T-D1100 | SRT | Head');
  assert.equal(clean('mm2/s', 'UCUM'), 'mm2/s | UCUM | mm2/s');
  assert.equal(clean('111001', 'DCM'), '111001 | DCM | 111001');
});

test('a code of a private scheme, or not of its form, is unknown', () => {
  const unknown = '261665006 | SCT | Unknown';
  assert.equal(clean('CT0012', '99HOSPITAL'), unknown);
  assert.equal(clean('Mrs Smith', 'SCT'), unknown);
  assert.equal(clean('{Mrs.Smith}', 'UCUM'), unknown);
  assert.equal(clean('SMITH', 'UCUM'), unknown);
});

test('long codes and URNs count as codes', () => {
  assert.equal(isCodeItem(dataSetOf({ LongCodeValue: 'Mrs Smith' })), true);
  assert.equal(isCodeItem(dataSetOf({ URNCodeValue: 'urn:smith' })), true);
  assert.equal(isCodeItem(dataSetOf({ Rows: 1 })), false);
  const long = cleanCode(dataSetOf({ LongCodeValue: 'Mrs Smith' }));
  assert.equal(getString(long, t.CodeMeaning), 'Unknown');
});
