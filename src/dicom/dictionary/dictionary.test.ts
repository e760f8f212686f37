import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatTag,
  isGroupLengthTag,
  isPrivateCreatorTag,
  isPrivateTag,
  keywordOf,
  lookup,
  vrOf,
} from './dictionary.ts';
import { attributeRows } from './generated/attributes.ts';
import { tag } from './generated/tag.ts';
import { sopClass, transferSyntax } from './generated/uids.ts';

test('finds an attribute by tag', () => {
  assert.deepEqual(lookup(tag.PatientName), {
    keyword: 'PatientName',
    vrs: ['PN'],
    vm: '1',
    retired: false,
  });
});

test('every row is found under its own tag and keyword', () => {
  const rows = attributeRows.split('\n');
  assert.ok(rows.length > 5000);
  for (const row of rows) {
    const [text = '', , vm, keyword] = row.split(' ');
    // With x = 0 some patterns meet a row of their own: (0028,0400) is Transform Label.
    const found = lookup(Number.parseInt(text.replaceAll('x', '2'), 16));
    assert.ok(found !== undefined, row);
    assert.equal(found.keyword, keyword, row);
    assert.equal(found.vm, vm, row);
    assert.equal(tag[found.keyword], Number.parseInt(text.replaceAll('x', '0'), 16), row);
  }
});

test('repeating groups: 50xx and 60xx, even ones only', () => {
  assert.equal(keywordOf(0x60003000), 'OverlayData');
  assert.equal(keywordOf(0x60fe3000), 'OverlayData');
  assert.equal(keywordOf(0x60013000), undefined);
  assert.equal(keywordOf(0x50023000), 'CurveData');
  assert.equal(keywordOf(0x61003000), undefined);
});

test('patterns within the element number', () => {
  assert.equal(keywordOf(0x00203142), 'SourceImageIDs');
  assert.equal(keywordOf(0x00280420), 'RowsForNthOrderCoefficients');
  assert.equal(keywordOf(0x7fe00010), 'PixelData');
  assert.equal(keywordOf(0x7f000010), 'VariablePixelData');
});

test('private tags, private creators and group lengths', () => {
  assert.ok(isPrivateTag(0x00091001));
  assert.ok(!isPrivateTag(0x00101001));
  assert.ok(isPrivateCreatorTag(0x00090010));
  assert.ok(isPrivateCreatorTag(0x000900ff));
  assert.ok(!isPrivateCreatorTag(0x0009000f));
  assert.ok(!isPrivateCreatorTag(0x00091000));
  assert.ok(isGroupLengthTag(0x00080000));
  assert.equal(lookup(0x00091001), undefined);
});

test('the VR of implicit VR encoding', () => {
  const rows: readonly (readonly [number, string])[] = [
    [tag.PatientName, 'PN'],
    [tag.PixelData, 'OW'],
    [tag.SmallestImagePixelValue, 'US'],
    [tag.LUTData, 'OW'],
    [0x00080000, 'UL'],
    [0x00090010, 'LO'],
    [0x00091001, 'UN'],
    [0x00100000, 'UL'],
    [0x00104321, 'UN'],
  ];
  for (const [number, vr] of rows) assert.equal(vrOf(number), vr, formatTag(number));
});

test('tags as people write them', () => {
  assert.equal(formatTag(0x7fe00010), '(7FE0,0010)');
  assert.equal(formatTag(0xfffcfffc), '(FFFC,FFFC)');
});

test('UIDs by keyword', () => {
  assert.equal(transferSyntax.ExplicitVRLittleEndian, '1.2.840.10008.1.2.1');
  assert.equal(sopClass.CTImageStorage, '1.2.840.10008.5.1.4.1.1.2');
  assert.equal(sopClass.StudyRootQueryRetrieveInformationModelGet, '1.2.840.10008.5.1.4.1.2.2.3');
});
