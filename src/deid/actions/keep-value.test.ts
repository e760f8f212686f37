import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DataElement, dataSetOf, elementOf, type Tag, tag as t } from '../../dicom/index.ts';
import { identifiersOf, noIdentifiers } from '../meaning/identifiers.ts';
import { keepRule } from '../profile/profile.ts';
import { judgeText, judgeValue } from './keep-value.ts';

type TextVr = Exclude<DataElement['vr'], 'SQ'>;

const judge = (tag: Tag, vr: TextVr, value: string | Uint8Array, identifiers = noIdentifiers) => {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
  return judgeValue(keepRule(tag), { vr, value: bytes }, identifiers);
};

const keep = (tag: Tag, vr: TextVr, value: string | Uint8Array): string | undefined => {
  const kept = judge(tag, vr, value).value;
  return kept === undefined ? undefined : Buffer.from(kept).toString('latin1');
};

test('numbers and coded strings pass, without their old padding', () => {
  assert.equal(keep(t.SliceThickness, 'DS', ' 2.5'), '2.5 ');
  assert.equal(keep(t.ImagePositionPatient, 'DS', '-1\\+2.0e-3\\.5 '), '-1\\+2.0e-3\\.5 ');
  assert.equal(keep(t.InstanceNumber, 'IS', '12\0'), '12');
  assert.equal(keep(t.ImageType, 'CS', 'ORIGINAL\\PRIMARY\\M_FFE'), 'ORIGINAL\\PRIMARY\\M_FFE');
  assert.equal(keep(t.SliceThickness, 'DS', ''), '');
});

test('a number with more digits than any device writes is written anew', () => {
  const written = '0.6999999999999999555910790149937383830547332763671875';
  assert.equal(keep(t.PixelSpacing, 'DS', `${written}\\0.5`), '0.7\\0.5 ');
  assert.equal(keep(t.PixelSpacing, 'DS', '0.69999999999999996\\0.5'), '0.69999999999999996\\0.5 ');
});

test('an identifier is no fraction, in text or in bytes', () => {
  const identifiers = identifiersOf(dataSetOf({ PatientID: '4711882' }));
  for (const text of ['120.4711882', '120.0004711882000', '4.711882E-5']) {
    assert.deepEqual(judge(t.KVP, 'DS', text, identifiers), { dropped: 'identifier' }, text);
  }
  const pitch = new Uint8Array(Float64Array.of(1.047_118_82).buffer);
  assert.deepEqual(judge(t.SpiralPitchFactor, 'FD', pitch, identifiers), { dropped: 'identifier' });
  assert.equal(judge(t.RescaleSlope, 'DS', '1.4711882 ', identifiers).dropped, undefined);
});

test('what is not the form of its VR does not pass', () => {
  for (const text of ['2.5 Mrs Smith', '2.5\0Smith', '2.5\0\0\0', 'NaN', '2,5', '1e999', '-']) {
    assert.equal(keep(t.SliceThickness, 'DS', text), undefined, text);
  }
  assert.equal(keep(t.InstanceNumber, 'IS', '19700101123456'), undefined);
  assert.equal(keep(t.Modality, 'CS', 'Smith^J'), undefined);
  assert.equal(keep(t.Modality, 'CS', 'A'.repeat(1000)), undefined);
});

test('a name in capitals is no term of any coded string', () => {
  assert.equal(keep(t.ScanOptions, 'CS', 'SMITH'), undefined);
  assert.equal(keep(t.ScanOptions, 'CS', 'FS\\SMITH'), 'FS\\ ');
  assert.equal(keep(t.Laterality, 'CS', 'SMITH '), undefined);
  assert.equal(keep(t.PatientPosition, 'CS', 'HFS '), 'HFS ');
});

test('Image Type keeps the places of its values, and each has its own words', () => {
  assert.equal(keep(t.ImageType, 'CS', 'ORIGINAL\\SMITH\\AXIAL'), 'ORIGINAL\\\\AXIAL ');
  assert.equal(keep(t.ImageType, 'CS', 'AXIAL\\PRIMARY\\ORIGINAL'), '\\PRIMARY\\ORIGINAL ');
  assert.equal(keep(t.FrameType, 'CS', 'ORIGINAL\\PRIMARY\\T2\\SMITH'), 'ORIGINAL\\PRIMARY\\T2\\');
});

test('numbers pass within the bounds of their attribute, whatever their VR', () => {
  assert.equal(keep(t.SeriesNumber, 'IS', '99999 '), '99999 ');
  assert.equal(keep(t.SeriesNumber, 'IS', '100000'), undefined);
  assert.equal(keep(t.InstanceNumber, 'IS', '19700101'), undefined);
  assert.equal(keep(t.RepetitionTime, 'DS', '60000 '), '60000 ');
  assert.equal(keep(t.RepetitionTime, 'DS', '60000.1 '), undefined);
  const fd = (value: number): Uint8Array => new Uint8Array(Float64Array.of(value).buffer);
  assert.notEqual(keep(t.DiffusionBValue, 'FD', fd(1000)), undefined);
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 4_711_882, -1]) {
    assert.equal(keep(t.DiffusionBValue, 'FD', fd(value)), undefined, String(value));
  }
});

test('a kept tag with another VR does not pass', () => {
  for (const vr of ['UN', 'PN', 'LO', 'OB', 'UT', 'CS'] as const) {
    assert.equal(keep(t.SliceThickness, vr, '2.5 '), undefined, vr);
  }
  assert.equal(keep(t.SliceThickness, 'CS', 'SMITH '), undefined);
  assert.equal(keep(t.SliceThickness, 'FD', new Uint8Array(8)), undefined);
});

test('more values than the dictionary allows do not pass', () => {
  assert.equal(keep(t.PixelSpacing, 'DS', '1\\1\\1'), undefined);
  assert.equal(keep(t.Rows, 'US', Uint8Array.of(1, 0, 2, 0)), undefined);
  assert.equal(keep(t.Rows, 'US', Uint8Array.of(1, 0)), '\x01\0');
});

test('half a number, text among numbers and look-up tables do not pass', () => {
  assert.equal(keep(t.Rows, 'US', Uint8Array.of(1)), undefined);
  assert.equal(keep(t.SimpleFrameList, 'UL', Buffer.from('Mrs Smith, 1 Main Str. 2')), undefined);
  assert.equal(keep(t.RealWorldValueSlope, 'FD', Buffer.from('00471188')), undefined);
  assert.equal(keep(t.RedPaletteColorLookupTableData, 'OW', Uint8Array.of(1, 2)), undefined);
});

test('a pointer points at an attribute that exists', () => {
  const at = (tag: Tag): Uint8Array => new Uint8Array(Uint16Array.of(tag >>> 16, tag).buffer);
  assert.notEqual(keep(t.DimensionIndexPointer, 'AT', at(t.StackID)), undefined);
  assert.notEqual(keep(t.DimensionIndexPointer, 'AT', at(0x2005106e)), undefined);
  assert.equal(keep(t.DimensionIndexPointer, 'AT', Buffer.from('KIM ')), undefined);
  assert.equal(keep(t.DimensionIndexPointer, 'AT', at(0x00091234)), undefined);
});

test('no kept value equals an identifier of its header', () => {
  const header = dataSetOf({ PatientID: '00004711', StudyID: '0815', PatientName: 'AXIAL^ANNA' });
  const identifiers = identifiersOf(header);
  const reason = (tag: Tag, vr: TextVr, value: string): string =>
    judge(tag, vr, value, identifiers).dropped ?? 'kept';
  assert.equal(reason(t.InstanceNumber, 'IS', '4711'), 'identifier');
  assert.equal(reason(t.InstanceNumber, 'IS', '0815'), 'identifier');
  assert.equal(reason(t.InstanceNumber, 'IS', '4712'), 'kept');
  assert.equal(reason(t.EchoNumbers, 'IS', '1\\4711'), 'identifier');
  assert.equal(reason(t.TemporalPositionIdentifier, 'IS', '04711'), 'identifier');
  assert.equal(reason(t.ImageType, 'CS', 'ORIGINAL\\PRIMARY\\AXIAL '), 'identifier');
  // Geometry and physics may meet a number by chance.
  assert.equal(reason(t.SliceLocation, 'DS', '4711'), 'kept');
  assert.equal(reason(t.RepetitionTime, 'DS', '4711'), 'kept');
});

test('a text passes only if it is one of the vocabulary', () => {
  const isKept = (tag: Tag, text: string): boolean => {
    const element = elementOf(tag, text);
    assert(element.vr !== 'SQ');
    return judgeText(keepRule(tag), element, noIdentifiers).value !== undefined;
  };
  assert.equal(isKept(t.Manufacturer, 'GE MEDICAL SYSTEMS'), true);
  assert.equal(isKept(t.Manufacturer, 'SIEMENS Mrs Smith'), false);
  assert.equal(isKept(t.ConvolutionKernel, 'B30f'), true);
  assert.equal(isKept(t.ConvolutionKernel, 'SMITH'), false);
  assert.equal(isKept(t.BodyPartExamined, 'CHEST'), true);
  assert.equal(isKept(t.BodyPartExamined, 'MRS SMITH'), false);
  assert.equal(isKept(t.SeriesDescription, 'CHEST'), false);
});
