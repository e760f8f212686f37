import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8 } from '../../lib/bytes/bytes.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import { tag } from '../dictionary/generated/tag.ts';
import { dataSetOf, elementOf } from './data-set-of.ts';
import type { DataSet, Tag, Vr } from './element.ts';
import {
  characterSetOf,
  getBytes,
  getNumber,
  getNumbers,
  getSequence,
  getString,
  getStrings,
  getUid,
} from './value.ts';

/** A data set of one element with exactly these bytes. */
function raw(number: Tag, vr: Exclude<Vr, 'SQ'>, text: string): DataSet {
  return new Map([[number, { tag: number, vr, value: utf8(text) }]]);
}

test('absent and empty give nothing; has() tells them apart', () => {
  const empty = dataSetOf({ PatientID: '' });
  assert.ok(empty.has(tag.PatientID));
  for (const dataSet of [new Map(), empty]) {
    assert.deepEqual(getStrings(dataSet, tag.PatientID), []);
    assert.equal(getString(dataSet, tag.PatientID), undefined);
    assert.deepEqual(getNumbers(dataSet, tag.SeriesNumber), []);
    assert.equal(getUid(dataSet, tag.StudyInstanceUID), undefined);
    assert.deepEqual(getSequence(dataSet, tag.ReferencedStudySequence), []);
  }
  assert.equal(getBytes(empty, tag.PatientID)?.length, 0);
});

test('padding goes, leading spaces count in long text only', () => {
  assert.deepEqual(getStrings(raw(tag.ImageType, 'CS', 'A \\ B\\\\C  '), tag.ImageType), [
    'A',
    'B',
    '',
    'C',
  ]);
  assert.equal(getString(raw(tag.ImageComments, 'LT', '  a\\b '), tag.ImageComments), '  a\\b');
  assert.equal(getString(raw(tag.StudyInstanceUID, 'UI', '1.2\0'), tag.StudyInstanceUID), '1.2');
});

test('numbers of every numeric VR', () => {
  const dataSet = dataSetOf({
    Rows: 512,
    SmallestImagePixelValue: 7,
    PixelSpacing: ['0.5', '-1.25e-3'],
    SeriesNumber: '-3',
    EventTimeOffset: 1.5,
    ReferencePixelX0: -70_000,
    FrameIncrementPointer: tag.FrameTime,
    SelectorUVValue: new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0]),
    SelectorSVValue: new Uint8Array(8).fill(0xff),
    SelectorFLValue: 0.25,
  });
  assert.equal(getNumber(dataSet, tag.Rows), 512);
  assert.equal(getNumber(dataSet, tag.SmallestImagePixelValue), 7);
  assert.deepEqual(getNumbers(dataSet, tag.PixelSpacing), [0.5, -0.00125]);
  assert.equal(getNumber(dataSet, tag.SeriesNumber), -3);
  assert.equal(getNumber(dataSet, tag.EventTimeOffset), 1.5);
  assert.equal(getNumber(dataSet, tag.ReferencePixelX0), -70_000);
  assert.equal(getNumber(dataSet, tag.FrameIncrementPointer), tag.FrameTime);
  assert.equal(getNumber(dataSet, tag.SelectorUVValue), 1);
  assert.equal(getNumber(dataSet, tag.SelectorSVValue), -1);
  assert.equal(getNumber(dataSet, tag.SelectorFLValue), 0.25);
  assert.deepEqual(getStrings(dataSet, tag.Rows), ['512']);
});

test('what is not a number has a code, and no value in its context', () => {
  const rows: readonly DataSet[] = [
    raw(tag.PixelSpacing, 'DS', '1,5 '),
    raw(tag.PixelSpacing, 'DS', '0x10'),
    raw(tag.PixelSpacing, 'DS', '1\\'),
    raw(tag.PixelSpacing, 'DS', 'Infinity'),
    raw(tag.PixelSpacing, 'IS', '1.0 '),
    raw(tag.PixelSpacing, 'US', 'abc'),
    raw(tag.PixelSpacing, 'PN', '12'),
    new Map([[tag.PixelSpacing, { tag: tag.PixelSpacing, vr: 'SQ', items: [] }]]),
    new Map([
      [tag.PixelSpacing, { tag: tag.PixelSpacing, vr: 'UV', value: new Uint8Array(8).fill(0xff) }],
    ]),
  ];
  for (const dataSet of rows) {
    assert.throws(
      () => getNumbers(dataSet, tag.PixelSpacing),
      (error: Error & { context?: object }) => {
        assert.equal(codeOf(error), 'DICOM_VALUE_INVALID');
        assert.deepEqual(error.context, { tag: '(0028,0030)' });
        return true;
      },
    );
  }
});

test('a UID that could be a path is refused', () => {
  for (const text of ['../../etc', '1.2/3', 'A', '1'.repeat(65)]) {
    assert.throws(
      () => getUid(raw(tag.StudyInstanceUID, 'UI', text), tag.StudyInstanceUID),
      (error) => codeOf(error) === 'DICOM_VALUE_INVALID',
    );
  }
});

test('UN is read as the dictionary says', () => {
  assert.equal(getString(raw(tag.PatientID, 'UN', 'A1'), tag.PatientID), 'A1');
  assert.deepEqual(getNumbers(raw(tag.PixelSpacing, 'UN', '1\\2 '), tag.PixelSpacing), [1, 2]);
});

test('an item without character set of its own uses the one around it', () => {
  const outer = dataSetOf({ SpecificCharacterSet: 'ISO_IR 192' });
  const item: DataSet = new Map([
    [tag.PatientName, elementOf(tag.PatientName, 'Äß', { characterSet: ['ISO_IR 192'] })],
  ]);
  const inherited = characterSetOf(outer);
  assert.equal(getString(item, tag.PatientName, { inherited }), 'Äß');
  assert.equal(getString(item, tag.PatientName), '\ufffd'.repeat(4));
});
