/**
 * Instances of a series, one after another: each leaves as it would by itself, whatever came before
 * it. What is remembered of a header changes nothing.
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  type DataElement,
  dataSetOf,
  type Keyword,
  sopClass,
  tag,
  type ValueInput,
} from '../../src/dicom/index.ts';
import { readDeidentified } from '../../src/flow/index.ts';
import { openInstance, readFolder } from '../../tools/volumes/read-folder.ts';
import {
  imageOf,
  type Run,
  runDeid,
  runInstance,
  testSeries,
} from '../conformance/ps3.15/deid-object.ts';
import { requireData, testData } from '../support/data.ts';

type Values = Readonly<Partial<Record<Keyword, ValueInput>>>;

/** What an image may say other than the one before; identifiers that kept values may equal too. */
const changes: readonly Values[] = [
  { ImagePositionPatient: ['1', '2', '471188.2'] },
  { ImagePositionPatient: ['1', '2', '1e9'] },
  { AcquisitionNumber: '3', EchoTime: '4.25' },
  { PatientID: '471188' },
  { PatientName: 'HEAD^FIRST', BodyPartExamined: 'HEAD' },
  { BodyPartExamined: 'HEAD', RepetitionTime: '2000.471188' },
  { StudyDate: '20010203', AcquisitionTime: '134957.25' },
  { AcquisitionTime: '020326', SliceLocation: '20326.5', Exposure: '20326' },
  { SpecificCharacterSet: 'ISO_IR 100' },
  { SpecificCharacterSet: '' },
  { SOPClassUID: sopClass.MRImageStorage, Modality: 'MR' },
  { SOPClassUID: sopClass.PositronEmissionTomographyImageStorage, RescaleSlope: '2.5' },
  { SOPClassUID: '1.2.3.4' },
  { RescaleSlope: '3', RescaleIntercept: '-1024' },
  { RescaleSlope: 'x' },
  { ImageType: ['DERIVED', 'PRIMARY', 'AXIAL', 'MOSAIC'] },
  { BurnedInAnnotation: 'YES' },
  { SeriesDescription: 'x', ProtocolName: 'y', Manufacturer: 'SIEMENS' },
  { Manufacturer: 'GE MEDICAL SYSTEMS', ScanOptions: ['A', 'B'] },
  { WindowCenter: '1', WindowWidth: '1e30' },
  {
    SourceImageSequence: [dataSetOf({ ReferencedSOPInstanceUID: '1.2.3.4.5' })],
    RequestAttributesSequence: [dataSetOf({ RequestedProcedureID: '471188' })],
  },
  {
    RealWorldValueMappingSequence: [
      dataSetOf({ RealWorldValueSlope: 2, RealWorldValueIntercept: 0 }),
    ],
  },
  { BodyPartExamined: 'CHEST' },
  { BitsStored: 16, HighBit: 15 },
  { Rows: 5 },
];

/** Private elements with their creators, some without. */
const text = (at: number, value: string): DataElement => ({
  tag: at,
  vr: 'LO',
  value: Buffer.from(value),
});
/** The same bytes, that are another name in another character set. */
const accented: DataElement = {
  tag: tag.PatientName,
  vr: 'PN',
  value: Buffer.from('CH\xc9ST^X ', 'latin1'),
};
/** Longer than what is held of a value. */
const longType: DataElement = { tag: tag.ImageType, vr: 'CS', value: Buffer.alloc(1 << 21, 'A') };

const blocks: readonly (readonly DataElement[])[] = [
  [accented],
  [longType],
  [
    text(0x00190010, 'SIEMENS MR HEADER '),
    { tag: 0x0019100a, vr: 'US', value: Buffer.from([9, 0]) },
  ],
  [{ tag: 0x0019100a, vr: 'US', value: Buffer.from([4, 0]) }],
  [
    text(0x20050010, 'Philips MR Imaging DD 001 '),
    { tag: 0x2005100e, vr: 'FL', value: Buffer.from([0, 0, 0, 64]) },
  ],
  [
    text(0x20050011, 'Philips MR Imaging DD 001 '),
    { tag: 0x2005110e, vr: 'FL', value: Buffer.from([0, 0, 128, 64]) },
  ],
];

const image = fc.record({
  values: fc.subarray([...changes], { maxLength: 5 }),
  blocks: fc.subarray([...blocks], { maxLength: 2 }),
  number: fc.integer({ min: 1, max: 9 }),
});

/** All that may be told apart of what came out. */
function seen({ outcome, file }: Run): unknown {
  if (outcome.kind === 'withheld')
    return { code: outcome.code, image: readDeidentified(outcome.image) };
  const { facts, drops, misleads } = readDeidentified(outcome.instance);
  return { file: Buffer.from(file).toString('hex'), facts, drops, misleads };
}

test('what leaves does not depend on what came before', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(image, { minLength: 2, maxLength: 8 }), async (images) => {
      const series = testSeries();
      for (const { values, blocks: added, number } of images) {
        const object = imageOf(
          Object.assign({ SOPInstanceUID: `1.2.3.${number}` }, ...values),
          added.flat().toSorted((a, b) => a.tag - b.tag),
        );
        const sorted = new Map([...object].toSorted(([a], [b]) => a - b));
        const [after, alone] = [await runDeid(sorted, { series }), await runDeid(sorted)];
        assert.deepEqual(seen(after), seen(alone));
      }
    }),
    { numRuns: process.env.MDM_LONG === undefined ? 300 : 20_000 },
  );
});

const root = testData('series');
for (const name of root === undefined ? [] : readdirSync(root).toSorted()) {
  test(`${name}: alike`, { skip: requireData(`series/${name}`) }, async () => {
    const found = await readFolder(join(testData(`series/${name}`) ?? '', 'dicom'));
    for (const { files } of found.series) {
      const series = testSeries();
      for (const file of files.slice(0, 40)) {
        const after = await runInstance(await openInstance(file), series);
        assert.deepEqual(seen(after), seen(await runInstance(await openInstance(file))));
      }
    }
  });
}
