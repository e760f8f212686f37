import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { dataSetOf, encodeDataSet } from '../../../dicom/index.ts';
import { createIdentityReader, type InstanceIdentity } from './identity-reader.ts';

const expected: InstanceIdentity = {
  sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
  sopInstanceUid: '2.25.1',
  studyInstanceUid: '2.25.20',
  seriesInstanceUid: '2.25.300',
};
const dataSet = dataSetOf({
  SOPClassUID: expected.sopClassUid ?? '',
  SOPInstanceUID: expected.sopInstanceUid ?? '',
  // UIDs of others, inside: they say nothing of this instance.
  ReferencedImageSequence: [
    dataSetOf({
      SOPInstanceUID: '2.25.9',
      StudyInstanceUID: '2.25.9',
      SeriesInstanceUID: '2.25.9',
    }),
  ],
  PatientID: 'SYN-0001',
  StudyInstanceUID: expected.studyInstanceUid ?? '',
  SeriesInstanceUID: expected.seriesInstanceUid ?? '',
  InstanceNumber: '1',
  Rows: 4,
});
const explicit = '1.2.840.10008.1.2.1';
const encodings: Readonly<Record<string, Uint8Array>> = {
  [explicit]: encodeDataSet(dataSet, explicit),
  '1.2.840.10008.1.2': encodeDataSet(dataSet, '1.2.840.10008.1.2'),
  '1.2.840.10008.1.2.1.99': deflateRawSync(encodeDataSet(dataSet, explicit)),
};

function read(syntax: string, bytes: Uint8Array, chunkSize: number): InstanceIdentity {
  const reader = createIdentityReader(syntax);
  for (let at = 0; at < bytes.length; at += chunkSize) {
    const found = reader.push(bytes.slice(at, at + chunkSize));
    if (found !== undefined) return found;
  }
  return reader.end();
}

for (const [syntax, bytes] of Object.entries(encodings)) {
  for (const chunkSize of [1, 7, bytes.length]) {
    test(`${syntax} in chunks of ${chunkSize} says who it is`, () => {
      assert.deepEqual(read(syntax, bytes, chunkSize), expected);
    });
  }
}

test('what is absent is undefined', () => {
  const bytes = encodeDataSet(dataSetOf({ SOPInstanceUID: '2.25.1', Rows: 4 }), explicit);
  assert.deepEqual(read(explicit, bytes, bytes.length), {
    sopClassUid: undefined,
    sopInstanceUid: '2.25.1',
    studyInstanceUid: undefined,
    seriesInstanceUid: undefined,
  });
});

test('a bomb is no data set', () => {
  const bomb = deflateRawSync(Buffer.alloc(64 * 1024 * 1024));
  assert.throws(() => read('1.2.840.10008.1.2.1.99', bomb, 65_536));
});
