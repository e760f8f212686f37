import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DataSet, dataSetOf, getString, type Tag, tag as t } from '../../dicom/index.ts';
import { identifiersOf, noIdentifiers } from '../meaning/identifiers.ts';
import { cleanCode, isCodeItem } from './code-item.ts';

const codeOf = (CodeValue: string, CodingSchemeDesignator: string): DataSet =>
  dataSetOf({ CodeValue, CodingSchemeDesignator, CodeMeaning: 'Mrs Smith' });

const clean = (
  sequence: Tag,
  value: string,
  scheme: string,
  identifiers = noIdentifiers,
): string => {
  const left = cleanCode(sequence, codeOf(value, scheme), identifiers);
  if (left === undefined) return 'none';
  const values = [t.CodeValue, t.CodingSchemeDesignator, t.CodeMeaning].map((tag) =>
    getString(left, tag),
  );
  return values.join(' | ');
};

test('a code of a group of its sequence stays, with the meaning of the standard', () => {
  assert.equal(clean(t.AnatomicRegionSequence, '69536005', 'SCT'), '69536005 | SCT | Head');
  assert.equal(clean(t.AnatomicRegionSequence, 'T-D1100', 'SRT'), 'T-D1100 | SRT | Head');
  assert.equal(clean(t.MeasurementUnitsCodeSequence, 'HU', 'UCUM'), 'HU | UCUM | HU');
  const derivation = '113040 | DCM | Lossy Compression';
  assert.equal(clean(t.DerivationCodeSequence, '113040', 'DCM'), derivation);
});

test('a code of another group, of none, or of a sequence without groups does not', () => {
  assert.equal(clean(t.DerivationCodeSequence, '69536005', 'SCT'), 'none');
  assert.equal(clean(t.AnatomicRegionSequence, '471188', 'DCM'), 'none');
  assert.equal(clean(t.AnatomicRegionSequence, '19700101', 'SCT'), 'none');
  assert.equal(clean(t.AnatomicRegionSequence, 'CT0012', '99HOSPITAL'), 'none');
  assert.equal(clean(t.MeasurementUnitsCodeSequence, '{Mrs.Smith}', 'UCUM'), 'none');
  assert.equal(clean(t.ReferencedSeriesSequence, '69536005', 'SCT'), 'none');
});

test('a code or a meaning that is an identifier of the header does not stay', () => {
  for (const header of [{ PatientID: '69536005' }, { PatientName: 'HEAD^ANNA' }]) {
    const identifiers = identifiersOf(dataSetOf(header));
    assert.equal(clean(t.AnatomicRegionSequence, '69536005', 'SCT', identifiers), 'none');
  }
});

test('long codes and URNs count as codes, and none of them stays', () => {
  assert.equal(isCodeItem(dataSetOf({ LongCodeValue: 'Mrs Smith' })), true);
  assert.equal(isCodeItem(dataSetOf({ URNCodeValue: 'urn:smith' })), true);
  assert.equal(isCodeItem(dataSetOf({ Rows: 1 })), false);
  const long = dataSetOf({ LongCodeValue: 'Mrs Smith' });
  assert.equal(cleanCode(t.AnatomicRegionSequence, long, noIdentifiers), undefined);
});
