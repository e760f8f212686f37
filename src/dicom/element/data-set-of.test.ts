import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../../lib/bytes/bytes.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import { tag } from '../dictionary/generated/tag.ts';
import { dataSetOf, elementOf, padValue, type ValueInput } from './data-set-of.ts';
import { getBytes, getSequence } from './value.ts';

test('elements come in tag order, whatever the order given', () => {
  const dataSet = dataSetOf({ Rows: 1, PatientID: 'X', SOPClassUID: '1.2' });
  assert.deepEqual([...dataSet.keys()], [tag.SOPClassUID, tag.PatientID, tag.Rows]);
});

test('text is padded with spaces, UIDs with NUL, bytes with NUL', () => {
  const dataSet = dataSetOf({ PatientID: 'abc', SOPClassUID: '1.2', PixelData: Uint8Array.of(1) });
  assert.equal(toHex(getBytes(dataSet, tag.PatientID) ?? Uint8Array.of()), '61626320');
  assert.equal(toHex(getBytes(dataSet, tag.SOPClassUID) ?? Uint8Array.of()), '312e3200');
  assert.equal(toHex(getBytes(dataSet, tag.PixelData) ?? Uint8Array.of()), '0100');
  assert.equal(toHex(padValue('OB', Uint8Array.of(1, 2))), '0102');
});

test('numbers are little endian; several make one value field', () => {
  const dataSet = dataSetOf({
    Rows: [1, 0x203],
    SeriesNumber: 12,
    FrameIncrementPointer: tag.Rows,
  });
  assert.equal(toHex(getBytes(dataSet, tag.Rows) ?? Uint8Array.of()), '01000302');
  assert.equal(toHex(getBytes(dataSet, tag.SeriesNumber) ?? Uint8Array.of()), '3132');
  assert.equal(toHex(getBytes(dataSet, tag.FrameIncrementPointer) ?? Uint8Array.of()), '28001000');
});

test('items: one, several and none', () => {
  const item = dataSetOf({ PatientID: 'X' });
  const cases: readonly (readonly [ValueInput, number])[] = [
    [[item], 1],
    [[item, item], 2],
    [[], 0],
  ];
  for (const [value, count] of cases) {
    const dataSet = dataSetOf({ ReferencedStudySequence: value });
    assert.equal(getSequence(dataSet, tag.ReferencedStudySequence).length, count);
  }
});

test('a value that its VR cannot hold is refused', () => {
  const rows = [
    () => dataSetOf({ Rows: 65_536 }),
    () => dataSetOf({ Rows: 1.5 }),
    () => dataSetOf({ Rows: 'many' }),
    () => dataSetOf({ PatientID: [new Map()] }),
    () => dataSetOf({ ReferencedStudySequence: 'X' }),
    () => elementOf(0x00091001, 5),
  ];
  for (const build of rows) {
    assert.throws(build, (error) => codeOf(error) === 'DICOM_VALUE_INVALID');
  }
});

test('text beyond ASCII needs a character set', () => {
  assert.throws(
    () => dataSetOf({ PatientName: 'Müller' }),
    (error) => codeOf(error) === 'DICOM_TEXT_NOT_ENCODABLE',
  );
  const latin = dataSetOf({ SpecificCharacterSet: 'ISO_IR 100', PatientName: 'Müller' });
  assert.equal(getBytes(latin, tag.PatientName)?.length, 6);
});
