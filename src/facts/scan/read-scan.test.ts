import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type DataElement,
  type DataSet,
  dataSetOf,
  elementOf,
  type Tag,
  type ValueInput,
} from '../../dicom/index.ts';
import { atOnce } from '../../lib/streams/steps.ts';
import { readScan } from './read-scan.ts';
import { keepScan } from './scan-facts.ts';

const headerOf = (values: Readonly<Record<number, ValueInput>>): Map<Tag, DataElement> =>
  new Map(
    Object.entries(values).map(([tag, value]) => [Number(tag), elementOf(Number(tag), value)]),
  );

test('a number outside its range is unknown, never clipped; one inside is rounded', () => {
  assert.deepEqual(keepScan({ repetitionTime: 60_000.001 }), {});
  assert.deepEqual(keepScan({ repetitionTime: Number.NaN, dwellTime: -1, bValue: 100_001 }), {});
  assert.deepEqual(keepScan({ repetitionTime: 2435.371_234, readoutTime: 50.000_04 }), {
    repetitionTime: 2435.37,
    readoutTime: 50,
  });
});

test('a word that is on no list is unknown, and words keep only those that are', () => {
  assert.deepEqual(keepScan({ bodyPart: 'DOE^JANE', modality: 'MR' }), { modality: 'MR' });
  assert.deepEqual(keepScan({ imageType: ['ORIGINAL', 'JANE', 'M'] }), {
    imageType: ['ORIGINAL', 'M'],
  });
  assert.deepEqual(keepScan({ scanOptions: ['JANE'] }), {});
});

test('a list of numbers is kept whole, or not at all', () => {
  assert.deepEqual(keepScan({ direction: [0.6, 0.8, 0] }), { direction: [0.6, 0.8, 0] });
  assert.deepEqual(keepScan({ direction: [0.6, 0.8, 7] }), {});
  assert.deepEqual(keepScan({ sliceTimes: Array.from({ length: 1025 }, () => 1) }), {});
});

test('a text of an orientation is made anew of its parts', () => {
  for (const text of ['Tra', 'Tra>Cor(-6.2)', 'Sag>Cor(1.0)>Tra(-20.4)']) {
    assert.deepEqual(keepScan({ orientationText: text }), { orientationText: text });
  }
  assert.deepEqual(keepScan({ orientationText: 'Tra>Doe(19700101)' }), {});
});

test('the elements of the standard give facts, without any of a vendor', () => {
  const header = headerOf({
    0x00080060: 'MR',
    0x00080070: 'SIEMENS Healthineers',
    0x00180020: 'EP\\GR',
    0x00180080: '2000',
    0x00181310: [0, 64, 48, 0],
    0x00181312: 'ROW',
    0x00189087: 1000,
    0x00189089: [0, 0.6, -0.8],
  });
  assert.deepEqual(atOnce(readScan(header)), {
    modality: 'MR',
    manufacturer: 'Siemens',
    scanningSequence: ['GR', 'EP'].toReversed(),
    repetitionTime: 2000,
    acquisitionLines: 48,
    phaseAxis: 'ROW',
    bValue: 1000,
    direction: [0, 0.6, -0.8],
  });
});

test('a header that says nothing has no facts', () => {
  assert.equal(atOnce(readScan(new Map())), undefined);
});

test('of what frames were acquired by, only what all have alike is known', () => {
  const frame = (axis: string, train: number): DataSet =>
    dataSetOf({
      MRFOVGeometrySequence: [
        dataSetOf({ InPlanePhaseEncodingDirection: axis, PercentSampling: 100 }),
      ],
      MRTimingAndRelatedParametersSequence: [dataSetOf({ EchoTrainLength: train })],
    });
  const known = (...frames: readonly DataSet[]): unknown => {
    const header = dataSetOf({
      SharedFunctionalGroupsSequence: [new Map()],
      PerFrameFunctionalGroupsSequence: frames,
    });
    const scan = atOnce(readScan(header));
    return [scan?.phaseAxis, scan?.echoTrainLength, scan?.percentSampling];
  };
  assert.deepEqual(known(frame('ROW', 3), frame('ROW', 3)), ['ROW', 3, 100]);
  assert.deepEqual(known(frame('ROW', 3), frame('COLUMN', 3)), [undefined, 3, 100]);
  assert.deepEqual(known(frame('ROW', 3), frame('ROW', 4)), ['ROW', undefined, 100]);
  assert.deepEqual(known(frame('ROW', 3), new Map()), [undefined, undefined, undefined]);
});
