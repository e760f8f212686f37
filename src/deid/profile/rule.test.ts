import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sopClass, tag as t } from '../../dicom/index.ts';
import { basicProfileRows } from './generated/basic-profile.ts';
import { profileOf } from './profile.ts';
import { type AttributeType, resolveAction } from './rule.ts';

test('combined actions follow the type of the attribute in the IOD', () => {
  const grid = ['Z/D', 'X/Z', 'X/D', 'X/Z/D', 'X/Z/U*'].map((code) => {
    const types: readonly AttributeType[] = ['1', '2', '3'];
    return `${code}: ${types.map((type) => resolveAction(code, type)).join(' ')}`;
  });
  assert.deepEqual(grid, [
    'Z/D: D Z Z',
    'X/Z: Z Z X',
    'X/D: D D X',
    'X/Z/D: D Z X',
    'X/Z/U*: keep Z X',
  ]);
});

test('an action code of a later edition removes', () => {
  assert.equal(resolveAction('Q', '1'), 'X');
});

const actionIn = (sopClassUid: string, tag: number): string | undefined =>
  profileOf(sopClassUid)?.find(tag)?.action;

test('the same row resolves differently where the IODs differ', () => {
  assert.equal(actionIn(sopClass.CTImageStorage, t.DeviceSerialNumber), 'X');
  assert.equal(actionIn(sopClass.EnhancedCTImageStorage, t.DeviceSerialNumber), 'D');
  assert.equal(actionIn(sopClass.MRImageStorage, t.SeriesDate), 'X');
  assert.equal(actionIn(sopClass.PositronEmissionTomographyImageStorage, t.SeriesDate), 'D');
  assert.equal(actionIn(sopClass.CTImageStorage, t.ReferencedImageSequence), 'X');
});

test('an attribute is kept in the families whose IODs define it', () => {
  assert.equal(actionIn(sopClass.MRImageStorage, t.EchoTime), 'keep');
  assert.equal(actionIn(sopClass.CTImageStorage, t.EchoTime), undefined);
  assert.equal(actionIn(sopClass.CTImageStorage, t.Rows), 'keep');
});

test('every row that is a pattern removes, as having no rule does', () => {
  const patterns = basicProfileRows.split('\n').filter((row) => !/^[0-9a-f]{8} /.test(row));
  assert.deepEqual(patterns, ['50xxxxxx X', '60xx3000 X', '60xx4000 X', 'private X']);
});

test('no rule passes bytes that nothing can judge', () => {
  for (const tag of Object.values(t)) {
    const rule = profileOf(sopClass.EnhancedMRImageStorage)?.find(tag);
    if (rule?.action !== 'keep') continue;
    assert.ok(
      rule.vrs.every((vr) => /^(AT|CS|DS|FD|FL|IS|SL|SQ|SS|UL|US)$/.test(vr)),
      tag.toString(16),
    );
  }
});

test('other kinds of objects have no profile', () => {
  assert.equal(profileOf(sopClass.UltrasoundImageStorage), undefined);
  assert.equal(profileOf(sopClass.MRSpectroscopyStorage), undefined);
  assert.equal(profileOf(''), undefined);
});
