import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  type DataElement,
  type DataSet,
  dataSetOf,
  type Keyword,
  sopClass,
  tag as t,
  type ValueInput,
} from '../../dicom/index.ts';
import type { AcquisitionGroup } from './acquisition-group.ts';
import { readAcquisition } from './read-acquisition.ts';

type Values = Readonly<Partial<Record<Keyword, ValueInput>>>;

/** The name is the text, so that a test sees what it is made of. */
const read = (header: DataSet, sopClassUid: string = sopClass.MRImageStorage) =>
  readAcquisition({ header, sopClassUid, groupNameOf: (text) => text });

const image: Values = {
  ImageType: ['ORIGINAL', 'PRIMARY', 'M', 'ND'],
  StudyInstanceUID: '2.25.1',
  FrameOfReferenceUID: '2.25.9',
  SeriesDate: '20240613',
  SeriesTime: '101500.123000',
  ProtocolName: 'rest',
};
const siemens: Values = {
  ...image,
  Manufacturer: 'Siemens Healthineers',
  SoftwareVersions: 'syngo MR XA30',
  SeriesInstanceUID: '2.25.1.16001',
  SeriesNumber: 16_001,
};
const canon: Values = {
  ...image,
  Manufacturer: 'CANON_MEC',
  SoftwareVersions: 'V6.0SP2001*',
  SeriesInstanceUID: '1.2.392.200036.9116.4.2.9106.366.10001.0.0.1.7',
  SeriesNumber: 10_000,
};
const readOf = (values: Values): AcquisitionGroup | undefined => read(dataSetOf(values));

/** The groups of variants of one header. */
function ids(base: Values, ...changes: readonly Values[]): readonly (string | undefined)[] {
  return changes.map((change) => readOf({ ...base, ...change })?.id);
}

test('series of XA that are numbered 16001, 16002 are one acquisition, in the order of their numbers', () => {
  const second = readOf({ ...siemens, SeriesNumber: 16_002, SeriesInstanceUID: '2.25.1.16002' });
  assert.equal(second?.place, 2);
  assert.equal(second.expected, undefined);
  assert.equal(second.onePlace, false);
  assert.equal(second.id, readOf(siemens)?.id);
  assert.equal(readOf({ ...siemens, SeriesNumber: 16_999 })?.place, 999);
});

test('series of XA under one number are told apart by the time point that they say they are', () => {
  const timePoint: Values = { TemporalPositionIdentifier: 3, NumberOfTemporalPositions: 12 };
  const third = readOf({ ...siemens, SeriesNumber: 16, ...timePoint });
  assert.equal(third?.place, 3);
  assert.equal(third.expected, 12);
  assert.equal(third.id, readOf(siemens)?.id);
  for (const none of [
    {},
    { TemporalPositionIdentifier: 3 },
    { TemporalPositionIdentifier: 1, NumberOfTemporalPositions: 1 },
    { TemporalPositionIdentifier: 13, NumberOfTemporalPositions: 12 },
    { TemporalPositionIdentifier: 0, NumberOfTemporalPositions: 12 },
  ]) {
    assert.equal(
      readOf({ ...siemens, SeriesNumber: 16, ...none }),
      undefined,
      JSON.stringify(none),
    );
  }
});

test('how many are expected is told only where time points are what the series are', () => {
  const of = (place: number): number | undefined =>
    readOf({
      ...siemens,
      TemporalPositionIdentifier: place,
      NumberOfTemporalPositions: 12,
    })?.expected;
  assert.equal(of(1), 12);
  assert.equal(of(4), undefined);
});

test('another study, frame of reference, acquisition, time or protocol is another acquisition', () => {
  const all = ids(
    siemens,
    {},
    { StudyInstanceUID: '2.25.2' },
    { FrameOfReferenceUID: '2.25.8' },
    { SeriesNumber: 17_001 },
    { SeriesTime: '101501.123000' },
    { SeriesDate: '20240614' },
    { ProtocolName: 'task' },
  );
  assert.equal(new Set(all).size, all.length);
  assert.ok(!all.includes(undefined));
});

/** A reference to another series of this purpose. */
const related = (series: string, code = '121326', scheme = 'DCM'): DataSet =>
  dataSetOf({
    SeriesInstanceUID: series,
    PurposeOfReferenceCodeSequence: [
      dataSetOf({ CodeValue: code, CodingSchemeDesignator: scheme }),
    ],
  });

test('series of XA that name the series they were split from are its parts, whenever they began', () => {
  const named = { ...siemens, RelatedSeriesSequence: [related('2.25.40')] };
  const late = { SeriesTime: '101502', SeriesDate: '', ProtocolName: '' };
  const [first, same, other, ...unnamed] = ids(
    named,
    {},
    { ...late, SeriesNumber: 16_002 },
    { RelatedSeriesSequence: [related('2.25.41')] },
    { RelatedSeriesSequence: [] },
    { RelatedSeriesSequence: [related('2.25.40'), related('2.25.41')] },
    { RelatedSeriesSequence: [related('2.25.40', '121327')] },
    { RelatedSeriesSequence: [related('2.25.40', '121326', '99X')] },
    { RelatedSeriesSequence: [related('no uid')] },
    { RelatedSeriesSequence: Array.from({ length: 17 }, () => related('2.25.40')) },
  );
  assert.equal(first, same);
  assert.notEqual(first, other);
  // As if there were no reference.
  const own = readOf(siemens)?.id;
  assert.notEqual(first, own);
  assert.deepEqual(new Set(unnamed), new Set([own]));
  const twice = { RelatedSeriesSequence: [related('2.25.40'), related('2.25.40')] };
  assert.equal(readOf({ ...named, ...twice })?.id, first);
});

test('what proves no acquisition is in none', () => {
  const nothing: readonly Values[] = [
    { StudyInstanceUID: '' },
    { FrameOfReferenceUID: '' },
    { FrameOfReferenceUID: 'no uid' },
    { SeriesTime: '' },
    { SeriesDate: '' },
    { SeriesNumber: '' },
    { SeriesNumber: 16 },
    { SeriesNumber: 1000 },
    { SeriesNumber: 16_000 },
    { SeriesNumber: 134_957 },
    { SeriesNumber: -16_001 },
    { SoftwareVersions: 'syngo MR E11' },
    { SoftwareVersions: 'syngo MR XA30 or later' },
    { SoftwareVersions: '' },
    { Manufacturer: 'GE' },
    { Manufacturer: '' },
    { ImageType: ['DERIVED', 'PRIMARY', 'DIFFUSION', 'ADC'] },
    { ImageType: '' },
  ];
  for (const change of nothing) {
    assert.equal(readOf({ ...siemens, ...change }), undefined, JSON.stringify(change));
  }
  for (const other of [sopClass.EnhancedMRImageStorage, sopClass.CTImageStorage]) {
    assert.equal(read(dataSetOf(siemens), other), undefined);
  }
});

test('series of Canon whose UIDs end in a slice are one acquisition, in the order of the slices', () => {
  const seventh = readOf(canon);
  assert.equal(seventh?.place, 7);
  assert.equal(seventh.expected, undefined);
  assert.equal(seventh.onePlace, true);
  const root = '1.2.392.200036.9116.4.2.9106.366.10001.0.0.1';
  const [same, ...others] = ids(
    canon,
    { SeriesInstanceUID: `${root}.12` },
    { SeriesInstanceUID: '1.2.392.200036.9116.4.2.9106.366.10002.0.0.1.7' },
    { SeriesNumber: 10_001 },
    { StudyInstanceUID: '2.25.2' },
    { FrameOfReferenceUID: '2.25.8' },
  );
  assert.equal(same, seventh.id);
  assert.equal(new Set([seventh.id, ...others]).size, others.length + 1);
  for (const change of [
    { SeriesInstanceUID: '2.25.1.7' },
    { SeriesInstanceUID: `${root}.70000` },
    { SeriesInstanceUID: `${root}.123456` },
    { SeriesInstanceUID: '' },
    { SoftwareVersions: 'V6.1' },
    { SoftwareVersions: 'V6.01' },
    { SoftwareVersions: 'V5.2' },
    { Manufacturer: 'SIEMENS' },
  ]) {
    assert.equal(readOf({ ...canon, ...change }), undefined, JSON.stringify(change));
  }
});

const stated: Values = {
  ...image,
  Manufacturer: 'Somebody',
  AcquisitionUID: '2.25.50',
  TemporalPositionIdentifier: 2,
  NumberOfTemporalPositions: 3,
};

test('series that state one Acquisition UID and a time point each are one acquisition, whoever made them', () => {
  const second = readOf(stated);
  assert.deepEqual([second?.place, second?.expected, second?.onePlace], [2, 3, false]);
  const [same, ...others] = ids(
    stated,
    { TemporalPositionIdentifier: 3, SeriesNumber: 9, SeriesTime: '', ProtocolName: '' },
    { AcquisitionUID: '2.25.51' },
    { StudyInstanceUID: '2.25.2' },
    { FrameOfReferenceUID: '2.25.8' },
    { ImageType: ['ORIGINAL', 'PRIMARY', 'P', 'ND'] },
    { EchoNumbers: 2 },
  );
  assert.equal(same, second?.id);
  assert.ok(!others.includes(undefined));
  assert.equal(new Set([same, ...others]).size, others.length + 1);
  for (const change of [
    { AcquisitionUID: '' },
    { AcquisitionUID: 'no uid' },
    { TemporalPositionIdentifier: '' },
    { NumberOfTemporalPositions: 1 },
    { ImageType: ['DERIVED', 'PRIMARY'] },
  ]) {
    assert.equal(readOf({ ...stated, ...change }), undefined, JSON.stringify(change));
  }
});

test('what a vendor that splits says of its series is before what the standard has of all', () => {
  const { AcquisitionUID = '' } = stated;
  assert.equal(readOf({ ...siemens, AcquisitionUID })?.id, readOf(siemens)?.id);
});

const touched = [
  'AcquisitionUID',
  'EchoNumbers',
  'FrameOfReferenceUID',
  'ImageType',
  'Manufacturer',
  'NumberOfTemporalPositions',
  'ProtocolName',
  'SeriesDate',
  'SeriesInstanceUID',
  'SeriesNumber',
  'SeriesTime',
  'SoftwareVersions',
  'StudyInstanceUID',
  'TemporalPositionIdentifier',
] as const satisfies readonly Keyword[];

const element = (tag: number, vr: DataElement['vr'], value: Uint8Array): DataElement =>
  ({ tag, vr, value }) as DataElement; // no sequence

test('nothing planted in any element that is read comes out, and any bytes are read in bounds', () => {
  const vrs = ['LO', 'UI', 'IS', 'DA', 'TM', 'CS', 'UN', 'OB', 'FD'] as const;
  const planted = fc.oneof(
    fc.constantFrom('CANARY^JANE', '19700113', '134957.123456', '87654321', 'A\\CANARY'),
    fc.string({ maxLength: 200 }),
    fc.constant('9'.repeat(5000)),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(siemens, canon, stated),
      fc.constantFrom(...touched),
      fc.constantFrom(...vrs),
      planted,
      (base, keyword, vr, text) => {
        const header = new Map(dataSetOf(base));
        header.set(t[keyword], element(t[keyword], vr, Buffer.from(text, 'latin1')));
        let longest = 0;
        const found = readAcquisition({
          header,
          sopClassUid: sopClass.MRImageStorage,
          groupNameOf(identifiers) {
            longest = identifiers.length;
            return 'a-name';
          },
        });
        assert.ok(longest < 1000);
        if (found === undefined) return;
        const { id, place, expected = 1, onePlace } = found;
        assert.deepEqual([id, typeof onePlace], ['a-name', 'boolean']);
        for (const count of [place, expected]) {
          assert.ok(Number.isInteger(count) && count >= 1 && count <= 65_535);
        }
      },
    ),
    { numRuns: 2000 },
  );
});
