import assert from 'node:assert/strict';
import { test } from 'node:test';
import { elementOf, type Tag, tag as t, type Vr } from '../../dicom/index.ts';
import { keepRule } from '../profile/profile.ts';
import { judgeText, keepValue } from './keep-value.ts';

const keep = (tag: Tag, vr: Vr, value: string | Uint8Array): string | undefined => {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
  const kept = keepValue(keepRule(tag), vr, bytes);
  return kept === undefined ? undefined : Buffer.from(kept).toString('latin1');
};

test('numbers and coded strings pass, without their old padding', () => {
  assert.equal(keep(t.SliceThickness, 'DS', ' 2.5'), '2.5 ');
  assert.equal(keep(t.ImagePositionPatient, 'DS', '-1\\+2.0e-3\\.5 '), '-1\\+2.0e-3\\.5 ');
  assert.equal(keep(t.InstanceNumber, 'IS', '12\0'), '12');
  assert.equal(keep(t.ImageType, 'CS', 'ORIGINAL\\PRIMARY\\M_FFE'), 'ORIGINAL\\PRIMARY\\M_FFE');
  assert.equal(keep(t.SliceThickness, 'DS', ''), '');
});

test('what is not the form of its VR does not pass', () => {
  assert.equal(keep(t.SliceThickness, 'DS', '2.5 Mrs Smith'), undefined);
  assert.equal(keep(t.SliceThickness, 'DS', '2.5\0Smith'), undefined);
  assert.equal(keep(t.SliceThickness, 'DS', '2.5\0\0\0'), undefined);
  assert.equal(keep(t.InstanceNumber, 'IS', '19700101123456'), undefined);
  assert.equal(keep(t.Modality, 'CS', 'Smith^J'), undefined);
  assert.equal(keep(t.Modality, 'CS', 'A'.repeat(1000)), undefined);
});

test('one bad coded string leaves its place empty, so that the others keep theirs', () => {
  assert.equal(keep(t.ImageType, 'CS', 'ORIGINAL\\Smith\\AXIAL'), 'ORIGINAL\\\\AXIAL ');
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
  assert.equal(keep(t.RedPaletteColorLookupTableData, 'OW', Uint8Array.of(1, 2)), undefined);
});

test('a text passes only if it is one of the vocabulary', () => {
  const judge = (tag: Tag, text: string): boolean => {
    const element = elementOf(tag, text);
    assert(element.vr !== 'SQ');
    return judgeText(tag, keepRule(tag), element.value) !== undefined;
  };
  assert.equal(judge(t.Manufacturer, 'GE MEDICAL SYSTEMS'), true);
  assert.equal(judge(t.Manufacturer, 'SIEMENS Mrs Smith'), false);
  assert.equal(judge(t.ConvolutionKernel, 'B30f'), true);
  assert.equal(judge(t.ConvolutionKernel, 'SMITH'), false);
  assert.equal(judge(t.BodyPartExamined, 'CHEST'), true);
  assert.equal(judge(t.BodyPartExamined, 'MRS SMITH'), false);
  assert.equal(judge(t.SeriesDescription, 'CHEST'), false);
});
