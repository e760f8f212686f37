import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { toHex } from '../../lib/bytes/bytes.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import { tag } from '../dictionary/generated/tag.ts';
import { transferSyntax } from '../dictionary/generated/uids.ts';
import { dataSetOf } from '../element/data-set-of.ts';
import { getNumber, getSequence, getString } from '../element/value.ts';
import { decodeDataSet, encodeDataSet } from './data-set-codec.ts';

const syntaxes = [
  transferSyntax.ImplicitVRLittleEndian,
  transferSyntax.ExplicitVRLittleEndian,
  transferSyntax.ExplicitVRBigEndian,
  transferSyntax.DeflatedExplicitVRLittleEndian,
];

test('a data set survives each transfer syntax', () => {
  const dataSet = dataSetOf({
    SpecificCharacterSet: 'ISO_IR 192',
    PatientName: 'Müller^Jörg',
    Rows: 512,
    FrameIncrementPointer: tag.FrameTime,
    ReferencedStudySequence: [dataSetOf({ Columns: 3 }), dataSetOf({})],
    PixelData: Uint8Array.of(1, 2, 3, 4),
  });
  for (const syntax of syntaxes) {
    const decoded = decodeDataSet(encodeDataSet(dataSet, syntax), syntax);
    assert.deepEqual(decoded, dataSet, syntax);
    assert.equal(getString(decoded, tag.PatientName), 'Müller^Jörg');
    assert.equal(
      getNumber(getSequence(decoded, tag.ReferencedStudySequence).at(0) ?? decoded, tag.Columns),
      3,
    );
  }
});

test('a command set in bytes', () => {
  const command = dataSetOf({ CommandField: 0x0030, MessageID: 1, CommandDataSetType: 0x0101 });
  assert.equal(
    toHex(encodeDataSet(command, transferSyntax.ImplicitVRLittleEndian)),
    '000000010200000030000000100102000000010000000008020000000101',
  );
});

test('values above 64 KiB are held', () => {
  const dataSet = dataSetOf({ PixelData: new Uint8Array(100_000) });
  const bytes = encodeDataSet(dataSet, transferSyntax.ExplicitVRLittleEndian);
  assert.deepEqual(decodeDataSet(bytes, transferSyntax.ExplicitVRLittleEndian), dataSet);
});

test('an empty data set', () => {
  for (const syntax of syntaxes) {
    assert.equal(decodeDataSet(encodeDataSet(new Map(), syntax), syntax).size, 0);
  }
});

test('encapsulated pixel data, bombs and broken deflate are refused', () => {
  const encapsulated = Buffer.from(
    'e07f10004f420000fffffffffeff00e000000000feffdde000000000',
    'hex',
  );
  const rows = [
    ['DICOM_ENCAPSULATED_UNEXPECTED', encapsulated, transferSyntax.RLELossless],
    [
      'DICOM_INFLATE_LIMIT',
      deflateRawSync(new Uint8Array(5_000_000)),
      transferSyntax.DeflatedExplicitVRLittleEndian,
    ],
    [
      'DICOM_DEFLATE_INVALID',
      new Uint8Array(20).fill(0xff),
      transferSyntax.DeflatedExplicitVRLittleEndian,
    ],
  ] as const;
  for (const [code, bytes, syntax] of rows) {
    assert.throws(
      () => decodeDataSet(bytes, syntax),
      (error) => codeOf(error) === code,
      code,
    );
  }
});
