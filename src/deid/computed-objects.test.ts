/** Objects that programs compute of images: segmentations and parametric maps. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findLeak, imageOf, runDeid } from '../../test/conformance/ps3.15/deid-object.ts';
import {
  type DataSet,
  dataSetOf,
  getBytes,
  getNumbers,
  getSequence,
  getString,
  sopClass,
  tag as t,
} from '../dicom/index.ts';

async function codeFor(dataSet: DataSet): Promise<string> {
  const { outcome } = await runDeid(dataSet);
  return outcome.kind === 'withheld' ? outcome.code : 'released';
}

const oneBit = { BitsAllocated: 1, BitsStored: 1, HighBit: 0, PixelRepresentation: 0 } as const;

test('of a segmentation what is coded stays, and what people and programs call it goes', async () => {
  const code = (value: string, meaning: string): DataSet =>
    dataSetOf({ CodeValue: value, CodingSchemeDesignator: 'SCT', CodeMeaning: meaning });
  const words = ['SMITH', 'Smith liver', 'SmithNet 7', 'Smith, found by'];
  const segment = dataSetOf({
    SegmentNumber: 1,
    SegmentLabel: 'Smith liver',
    SegmentDescription: 'Smith, found by',
    SegmentAlgorithmType: 'AUTOMATIC',
    SegmentAlgorithmName: 'SmithNet 7',
    TrackingID: 'Smith, found by',
    RecommendedDisplayCIELabValue: [0x6d53, 0x7469, 0x0068],
    SegmentedPropertyCategoryCodeSequence: [code('85756007', 'Smith')],
    SegmentedPropertyTypeCodeSequence: [code('10200004', 'Smith')],
    SegmentationAlgorithmIdentificationSequence: [
      dataSetOf({ AlgorithmName: 'SmithNet 7', AlgorithmVersion: 'SmithNet 7' }),
    ],
  });
  const image = imageOf(
    {
      ...oneBit,
      SOPClassUID: sopClass.SegmentationStorage,
      Modality: 'SEG',
      ImageType: ['DERIVED', 'PRIMARY'],
      SegmentationType: 'BINARY',
      ContentLabel: 'SMITH',
      ContentDescription: 'Smith, found by',
      ContentCreatorName: 'Smith^Mrs',
      SegmentSequence: [segment],
    },
    [{ tag: t.PixelData, vr: 'OW', value: new Uint8Array(2) }],
  );
  const { dataSet, file } = await runDeid(image);
  assert.equal(findLeak(file, [...words, 'Smith', 'mSit']), undefined);
  assert.equal(getString(dataSet, t.SegmentationType), 'BINARY');
  const [left] = getSequence(dataSet, t.SegmentSequence);
  assert.ok(left !== undefined);
  assert.deepEqual(getNumbers(left, t.SegmentNumber), [1]);
  assert.equal(getString(left, t.SegmentAlgorithmType), 'AUTOMATIC');
  assert.notEqual(getString(left, t.SegmentLabel) ?? '', '', 'a label is of type 1');
  const [type] = getSequence(left, t.SegmentedPropertyTypeCodeSequence);
  assert.equal(getString(type ?? new Map(), t.CodeMeaning), 'Liver');
});

for (const [name, keyword, vr, bits] of [
  ['Float', 'FloatPixelData', 'OF', 32],
  ['Double Float', 'DoubleFloatPixelData', 'OD', 64],
] as const) {
  const map = (values: Parameters<typeof imageOf>[0], tag: number = t[keyword]): DataSet => {
    const value = new Uint8Array((16 * bits) / 8).fill(0x3f);
    const image = new Map(
      imageOf(
        {
          SOPClassUID: sopClass.ParametricMapStorage,
          ImageType: ['DERIVED', 'PRIMARY', 'VOLUME', 'QUANTITY'],
          BitsAllocated: bits,
          ...values,
        },
        [{ tag, vr, value }],
      ),
    );
    for (const absent of [t.PixelData, t.BitsStored, t.HighBit, t.PixelRepresentation]) {
      if (absent !== tag) image.delete(absent);
    }
    return image;
  };

  test(`${name} Pixel Data leave as they are, and say nothing of bits`, async () => {
    const { dataSet } = await runDeid(map({}));
    assert.deepEqual(getBytes(dataSet, t[keyword]), new Uint8Array((16 * bits) / 8).fill(0x3f));
    assert.equal(dataSet.has(t.BitsStored) || dataSet.has(t.HighBit), false);
  });

  test(`${name} Pixel Data of another width, count or element are refused`, async () => {
    assert.equal(await codeFor(map({ BitsAllocated: 96 - bits })), 'DEID_MALFORMED');
    assert.equal(await codeFor(map({ BitsAllocated: 16 })), 'DEID_MALFORMED');
    assert.equal(await codeFor(map({ SamplesPerPixel: 3 })), 'DEID_MALFORMED');
    assert.equal(await codeFor(map({ Rows: 5 })), 'DEID_MALFORMED');
    assert.equal(await codeFor(map({}, t.PixelData)), 'DEID_MALFORMED');
  });
}
