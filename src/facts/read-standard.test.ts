import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type DataElement,
  type DataSet,
  dataSetOf,
  elementOf,
  type Keyword,
  sopClass,
  tag as t,
  type Vr,
} from '../dicom/index.ts';
import { type NumberFactName, numberFacts } from './fact-table.ts';
import type { ImageFacts } from './image-facts.ts';
import { notKeptOf } from './not-kept-of.ts';
import { readStandardFacts } from './read-standard.ts';

function read(header: DataSet, omitted: readonly number[] = []): ImageFacts {
  const sopClassUid = sopClass.MRImageStorage;
  return readStandardFacts({ header, omitted, sopClassUid, tokenOf: (text) => `<${text}>` });
}

/** An element of exactly these bytes. */
const raw = (keyword: Keyword, vr: Exclude<Vr, 'SQ'>, value: string | Uint8Array): DataSet => {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
  const element: DataElement = { tag: t[keyword], vr, value: bytes };
  return new Map([[element.tag, element]]);
};

const names = Object.keys(numberFacts) as NumberFactName[];

test('what is not there, or is empty, is absent', () => {
  for (const header of [
    new Map(),
    dataSetOf({ RescaleSlope: '', Rows: '', ModalityLUTSequence: [] }),
  ]) {
    const facts = read(header);
    for (const name of names) assert.deepEqual(facts[name], { kind: 'absent' }, name);
    assert.equal(facts.photometric.kind, 'absent');
    assert.equal(facts.modalityLut.kind, 'absent');
    assert.equal(notKeptOf(facts), undefined);
  }
  assert.equal(read(raw('RescaleSlope', 'DS', '  ')).slope.kind, 'absent');
});

test('numbers are read however devices write them', () => {
  const rows: readonly (readonly [string, number])[] = [
    ['1.00000000000000000000', 1],
    [' 1.0E+00', 1],
    ['-1.024e3 ', -1024],
    ['000.80', 0.8],
    ['.7', 0.7],
    ['8.', 8],
    ['2.5\0', 2.5],
    ['1.02609e-08', 1.02609e-8],
    ['-0.000002146077630316385', -0.00000214607763031639],
  ];
  for (const [text, value] of rows) {
    assert.deepEqual(read(raw('RescaleSlope', 'DS', text)).slope, { kind: 'value', value }, text);
  }
  const position = read(raw('ImagePositionPatient', 'DS', ' -10 \\-8.\\+00.5 ')).position;
  assert.deepEqual(position, { kind: 'value', value: [-10, -8, 0.5] });
});

const damaged: readonly (readonly [string, Keyword, Exclude<Vr, 'SQ'>, string | Uint8Array])[] = [
  ['a decimal comma', 'RescaleSlope', 'DS', '2,5 '],
  ['NaN', 'RescaleSlope', 'DS', 'NaN '],
  ['two values for one', 'RescaleSlope', 'DS', '2\\3 '],
  ['a value and an empty one', 'RescaleSlope', 'DS', '2\\ '],
  ['nothing but a backslash', 'RescaleIntercept', 'DS', ' \\'],
  ['infinite', 'RescaleIntercept', 'DS', '1e999 '],
  ['so small that it reads as zero', 'RescaleIntercept', 'DS', '-1024e-400 '],
  ['so small that it reads as zero', 'ImagePositionPatient', 'DS', '-10e-400\\0\\1'],
  ['too small for float32', 'RescaleSlope', 'DS', '1e-60 '],
  ['beyond float32', 'RescaleSlope', 'DS', '1e39'],
  ['another VR', 'RescaleSlope', 'FD', new Uint8Array(8)],
  ['text behind a NUL', 'RescaleSlope', 'DS', '1\0Smith '],
  ['a word', 'PixelSpacing', 'DS', '1\\1mm'],
  ['one for two', 'PixelSpacing', 'DS', '1 '],
  ['zero spacing', 'PixelSpacing', 'DS', '0\\1 '],
  ['two coordinates', 'ImagePositionPatient', 'DS', '1\\2 '],
  ['a long cosine', 'ImageOrientationPatient', 'DS', '1\\0\\0\\0\\2\\0'],
  ['zero rows', 'Rows', 'US', new Uint8Array(2)],
  ['two rows', 'Rows', 'US', Uint8Array.of(1, 0, 1, 0)],
  ['half a number', 'Columns', 'US', Uint8Array.of(1)],
  ['rows as text', 'Rows', 'IS', '512 '],
  ['a fraction of a frame', 'NumberOfFrames', 'IS', '1.0 '],
  ['a representation of 2', 'PixelRepresentation', 'US', Uint8Array.of(2, 0)],
  ['a negative echo time', 'EchoTime', 'DS', '-3'],
  [
    'a b-value that is none',
    'DiffusionBValue',
    'FD',
    new Uint8Array(new Float64Array([Number.NaN]).buffer),
  ],
  ['an interpretation that nobody knows', 'PhotometricInterpretation', 'CS', 'MONOCHROME'],
  ['two interpretations', 'PhotometricInterpretation', 'CS', 'MONOCHROME2\\RGB '],
  ['an image type of another VR', 'ImageType', 'LO', 'ORIGINAL'],
];

for (const [what, keyword, vr, value] of damaged) {
  test(`${keyword} with ${what} is not kept, which is not absent`, () => {
    assert.equal(notKeptOf(read(raw(keyword, vr, value))), keyword);
  });
}

test('a Modality LUT is never kept, and what was too long to hold is neither', () => {
  const lut = dataSetOf({ ModalityLUTSequence: [dataSetOf({ LUTDescriptor: [2, 0, 16] })] });
  assert.equal(notKeptOf(read(lut)), 'ModalityLUTSequence');
  assert.equal(notKeptOf(read(raw('ModalityLUTSequence', 'UN', 'x '))), 'ModalityLUTSequence');
  for (const keyword of ['RescaleSlope', 'ImageType', 'ModalityLUTSequence'] as const) {
    assert.equal(notKeptOf(read(new Map(), [t[keyword]])), keyword);
  }
});

test('values are rounded as the table says, geometry to all digits of a decimal string', () => {
  const facts = read(
    dataSetOf({
      EchoTime: '2.30049999',
      ImagePositionPatient: '-123.45678901234\\0.12345678901234\\-10.000000000000002',
      DiffusionBValue: 929.75,
    }),
  );
  assert.deepEqual(facts.echoTime, { kind: 'value', value: 2.3 });
  assert.deepEqual(facts.bValue, { kind: 'value', value: 930 });
  assert.deepEqual(facts.position, {
    kind: 'value',
    value: [-123.45678901234, 0.12345678901234, -10],
  });
});

test('a zero keeps its sign', () => {
  const { position } = read(raw('ImagePositionPatient', 'DS', '-0\\0\\-0.0 '));
  assert.deepEqual(position, { kind: 'value', value: [-0, 0, -0] });
});

test('an image type leaves as a token only', () => {
  const typed = (text: string): unknown => read(raw('ImageType', 'CS', text)).imageType;
  assert.deepEqual(typed('ORIGINAL \\PRIMARY '), { kind: 'value', value: '<ORIGINAL\\PRIMARY>' });
  assert.deepEqual(typed('Mrs Smith '), { kind: 'value', value: '<Mrs Smith>' });
});

test('each range holds its ends and nothing beyond', () => {
  for (const name of names) {
    const { source, least, most, count } = numberFacts[name];
    const times = typeof count === 'number' ? count : 1;
    const at = (value: number): string => {
      const written = Array.from({ length: times }, () => value);
      const vr = source.startsWith('PixelPadding') && value < 0 ? { vr: 'SS' as const } : {};
      try {
        return read(new Map([[t[source], elementOf(t[source], written, vr)]]))[name].kind;
      } catch {
        return 'not-kept';
      }
    };
    assert.equal(at(least), 'value', `${name} ${least}`);
    assert.equal(at(most), 'value', `${name} ${most}`);
    assert.notEqual(at(most * 1.5 + 1), 'value', `${name} above`);
  }
});

test('a real-world mapping gives the values of the scale, or others, or cannot be read', () => {
  const mapped = (item: Parameters<typeof dataSetOf>[0], scale = {}): unknown =>
    read(dataSetOf({ ...scale, RealWorldValueMappingSequence: [dataSetOf(item)] })).realWorld;
  const map = { RealWorldValueSlope: 3, RealWorldValueIntercept: -1 } as const;
  const other = { kind: 'value', value: 'other' };
  assert.deepEqual(mapped(map), other);
  assert.deepEqual(mapped(map, { RescaleSlope: '3', RescaleIntercept: '-1' }), {
    kind: 'value',
    value: 'same',
  });
  assert.deepEqual(mapped({ RealWorldValueLUTData: 1 }), other);
  assert.deepEqual(mapped({ ...map, RealWorldValueSlope: [1, 2] }), { kind: 'not-kept' });
  assert.deepEqual(read(new Map()).realWorld, { kind: 'absent' });
});
