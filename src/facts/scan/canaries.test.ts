import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import {
  type DataElement,
  elementOf,
  type Keyword,
  type Tag,
  tag,
  type Vr,
} from '../../dicom/index.ts';
import { atOnce } from '../../lib/streams/steps.ts';
import { csaItemBytes, csaItems } from '../grid/csa-header.ts';
import { factLimits } from '../limits.ts';
import { protocolText } from '../vendors/ge/protocol-block.ts';
import { protocolNumbers } from '../vendors/siemens/protocol.ts';
import { readScan } from './read-scan.ts';

/** What must never come out: a name, a date, a time of day, a record number. */
const canaries = ['CANARY^JANE', '19700113', '134957', '134957.123456', '87654321', 'AC9912345'];
const tokens = ['CANARY', 'JANE', '19700113', '134957', '87654321', '9912345'];

/** Private blocks that readers know, by group. */
const blocks: readonly (readonly [number, string])[] = [
  [0x0019, 'SIEMENS MR HEADER'],
  [0x0051, 'SIEMENS MR HEADER'],
  [0x0029, 'SIEMENS CSA HEADER'],
  [0x0021, 'SIEMENS MR SDS 01'],
  [0x0021, 'SIEMENS MR SDI 02'],
  [0x0019, 'GEMS_ACQU_01'],
  [0x0021, 'GEMS_RELA_01'],
  [0x0025, 'GEMS_SERS_01'],
  [0x0043, 'GEMS_PARM_01'],
  [0x2001, 'Philips Imaging DD 001'],
  [0x2005, 'Philips MR Imaging DD 001'],
  [0x2005, 'Philips MR Imaging DD 005'],
  [0x2005, 'Philips MR Imaging DD 006'],
  [0x0065, 'Image Private Header'],
];

/** Elements of the standard that readers touch. */
const standard: readonly Keyword[] = [
  'AcquisitionMatrix',
  'AcquisitionNumber',
  'AcquisitionTime',
  'ActualFrameDuration',
  'BodyPartExamined',
  'DecayCorrection',
  'DiffusionBValue',
  'DiffusionDirectionality',
  'DiffusionGradientOrientation',
  'EchoTrainLength',
  'ImageComments',
  'ImageType',
  'ImagingFrequency',
  'InPlanePhaseEncodingDirection',
  'MRAcquisitionType',
  'MagneticFieldStrength',
  'Manufacturer',
  'Modality',
  'NumberOfAverages',
  'NumberOfPhaseEncodingSteps',
  'ParallelAcquisitionTechnique',
  'PartialFourierDirection',
  'PatientPosition',
  'PercentPhaseFieldOfView',
  'PercentSampling',
  'PixelBandwidth',
  'RectilinearPhaseEncodeReordering',
  'RepetitionTime',
  'ScanOptions',
  'ScanningSequence',
  'SequenceVariant',
  'SeriesNumber',
  'SeriesTime',
  'SoftwareVersions',
  'TransmitterFrequency',
  'Units',
  'MagnetizationTransfer',
];

/** Elements of a tracer that readers touch. */
const tracerElements: readonly Keyword[] = [
  'RadionuclideHalfLife',
  'RadionuclideTotalDose',
  'RadiopharmaceuticalStartDateTime',
  'RadiopharmaceuticalStartTime',
];

const elements = { FD: 8, FL: 4, SL: 4, UL: 4, SS: 2, US: 2 } as const;

function element(at: Tag, vr: Vr, value: Uint8Array): DataElement {
  return { tag: at, vr, value } as DataElement; // no sequence
}

const padded = (text: string): Uint8Array => Buffer.from(text.length % 2 === 0 ? text : `${text} `);

/** The number of a canary as the VR has it, where it can. */
function binary(vr: keyof typeof elements, number: number): Uint8Array {
  const bytes = Buffer.alloc(elements[vr]);
  if (vr === 'FD') bytes.writeDoubleLE(number);
  else if (vr === 'FL') bytes.writeFloatLE(number);
  else if (elements[vr] === 4) bytes.writeUInt32LE(Math.trunc(number));
  else bytes.writeUInt16LE(Math.trunc(number) % 0x1_0000);
  return bytes;
}

/** A header whose every element that a reader could touch holds a canary. */
function planted(canary: string, form: Vr): ReadonlyMap<Tag, DataElement> {
  const number = Number(/\d+(\.\d+)?/.exec(canary)?.[0] ?? 0);
  const value = form in elements ? binary(form as keyof typeof elements, number) : padded(canary);
  const header = new Map<Tag, DataElement>();
  for (const keyword of standard) header.set(tag[keyword], element(tag[keyword], form, value));
  const tracer = new Map(
    tracerElements.map((keyword) => [tag[keyword], element(tag[keyword], form, value)]),
  );
  const sequence = tag.RadiopharmaceuticalInformationSequence;
  header.set(sequence, elementOf(sequence, [tracer]));
  const used = new Map<number, number>();
  for (const [group, creator] of blocks) {
    const block = 0x10 + (used.get(group) ?? 0);
    used.set(group, (used.get(group) ?? 0) + 1);
    header.set(group * 0x1_0000 + block, element(group * 0x1_0000 + block, 'LO', padded(creator)));
    for (let low = 0; low < 0x100; low += 1) {
      const at = group * 0x1_0000 + block * 0x100 + low;
      header.set(at, element(at, form, value));
    }
  }
  return header;
}

function assertClean(facts: unknown, about: string): void {
  const text = JSON.stringify(facts ?? {});
  for (const token of tokens) assert.ok(!text.includes(token), `${about}: ${token} in ${text}`);
}

test('nothing planted in any element that a reader touches comes out, as text, as number, or as UN', () => {
  for (const canary of canaries) {
    for (const form of ['LO', 'DS', 'IS', 'CS', 'UN', 'OB', 'FD', 'FL', 'SL', 'UL'] as const) {
      for (const maker of [undefined, 'GE MEDICAL SYSTEMS', 'Canon', 'Philips', 'SIEMENS', 'UIH']) {
        const header = new Map(planted(canary, form));
        if (maker !== undefined) header.set(tag.Manufacturer, elementOf(tag.Manufacturer, maker));
        if (maker === 'Philips') header.set(tag.Modality, elementOf(tag.Modality, 'PT'));
        // Scales are any number that pixels may have: they are not told by these facts alone.
        const { philipsScaleSlope: _slope, ...facts } = atOnce(readScan(header)) ?? {};
        assertClean(facts, `${canary} as ${form} of ${maker}`);
      }
    }
  }
});

test('nothing planted beside what a grammar reads comes out', () => {
  const comments = ['b=1500(0.6,0.8,0)CANARY^JANE', 'JANE b=1500(1,0,0)', 'b=19700113(1,0,0)'];
  for (const text of comments) {
    const header = new Map([
      [tag.Manufacturer, elementOf(tag.Manufacturer, 'Canon')],
      [tag.ImageOrientationPatient, elementOf(tag.ImageOrientationPatient, '1\\0\\0\\0\\1\\0')],
      [tag.ImageComments, elementOf(tag.ImageComments, text)],
    ]);
    assert.deepEqual(atOnce(readScan(header)), { manufacturer: 'Canon' });
  }
});

/** GE's block: a length, then a gzip member with a name, as scanners write it. */
function geBlock(text: string, name: string): Uint8Array {
  const body = deflateRawSync(text);
  const head = Buffer.from([0x1f, 0x8b, 8, 8, 0x13, 0x49, 0x57, 0x19, 0, 3]);
  const member = Buffer.concat([head, Buffer.from(`${name}\0`), body, Buffer.alloc(8)]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(member.length);
  return Buffer.concat([length, member]);
}

test('of a protocol block only numbers of known keys come out', () => {
  const text = [
    'SEDESC "CANARY^JANE"',
    'PDGMSTR "19700113"',
    'SLICEORDER "1"',
    'MBACCEL "87654321"',
    'DELACQNOAV "134957"',
    'IOPT "EPI, FMRI, CANARY"',
  ].join('\n');
  const header = new Map([
    [tag.Manufacturer, elementOf(tag.Manufacturer, 'GE MEDICAL SYSTEMS')],
    [0x00250010, element(0x00250010, 'LO', padded('GEMS_SERS_01'))],
    [0x0025101b, element(0x0025101b, 'OB', geBlock(text, 'Ex87654321Ser4'))],
  ]);
  assert.deepEqual(atOnce(readScan(header)), { manufacturer: 'GE', sliceOrder: 'interleaved' });
});

test('a block that inflates beyond its bound is none, whatever length it claims', () => {
  const bomb = geBlock('A'.repeat(factLimits.geProtocolMaxBytes + 1), 'bomb');
  assert.ok(bomb.length < factLimits.geBlockMaxBytes);
  assert.equal(protocolText(bomb), undefined);
  const whole = geBlock('A'.repeat(1000), 'x');
  assert.equal(protocolText(whole)?.length, 1000);
  assert.equal(protocolText(whole.subarray(0, 20)), undefined);
  const longer = Buffer.from(whole);
  longer.writeUInt32LE(0xffff_ffff);
  assert.equal(protocolText(longer), undefined);
  assert.equal(protocolText(Buffer.concat([Buffer.alloc(4), gzipSync('x')])), undefined);
});

test('bytes of any kind are read in bounded time, and never throw', () => {
  const keys = new Set(['a', 'sKSpace.lBaseResolution']);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4096 }), fc.nat(3), (noise, kind) => {
      const bytes =
        kind === 1
          ? Buffer.concat([
              Buffer.from('SV10\x04\x03\x02\x01'),
              Buffer.from([2, 0, 0, 0, 77, 0, 0, 0]),
              noise,
            ])
          : kind === 2
            ? Buffer.concat([
                Buffer.from('### ASCCONV BEGIN\na = '),
                noise,
                Buffer.from('\n### ASCCONV END'),
              ])
            : kind === 3
              ? Buffer.concat([Buffer.from([200, 0, 0, 0, 0x1f, 0x8b, 8, 31]), noise])
              : noise;
      csaItems(bytes, keys);
      csaItemBytes(bytes, 'a');
      protocolNumbers(bytes, keys);
      protocolText(bytes);
      const header = new Map<Tag, DataElement>();
      for (const [group, creator] of blocks.slice(2, 9)) {
        header.set(
          group * 0x1_0000 + 0x10,
          element(group * 0x1_0000 + 0x10, 'LO', padded(creator)),
        );
        for (const low of [0x10, 0x20, 0x19, 0x1b, 0x2a, 0x51]) {
          const at = group * 0x1_0000 + 0x1000 + low;
          header.set(at, element(at, 'OB', bytes));
        }
      }
      atOnce(readScan(header));
    }),
    { numRuns: 500 },
  );
});

test('a protocol of the longest lines and most marks is read in one walk', () => {
  const text = `### ASCCONV BEGIN\n${'sKSpace.lBaseResolution = 64\n'.repeat(30_000)}### ASCCONV END`;
  const started = performance.now();
  const found = protocolNumbers(Buffer.from(text), new Set(['sKSpace.lBaseResolution']));
  assert.deepEqual([...found], [['sKSpace.lBaseResolution', 64]]);
  assert.ok(performance.now() - started < 2000);
  const two = '### ASCCONV BEGIN\na = 1\na = 2\n### ASCCONV END';
  assert.equal(protocolNumbers(Buffer.from(two), new Set(['a'])).size, 0);
});
