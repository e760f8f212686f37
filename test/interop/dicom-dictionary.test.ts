import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { lookup, type Vr } from '../../src/dicom/index.ts';
import { requireData, testData } from '../support/data.ts';

/** DCMTK's names for what the standard leaves to the data set. */
const ambiguous: Readonly<Record<string, readonly Vr[]>> = {
  xs: ['US', 'SS'],
  ox: ['OB', 'OW'],
  px: ['OB', 'OW'],
  lt: ['US', 'SS', 'OW'],
  up: ['UL'],
};

test('the dictionary agrees with DCMTK on every attribute of the standard', {
  skip: requireData('tables/dcmtk/dicom.dic'),
}, () => {
  const lines = readFileSync(testData('tables/dcmtk/dicom.dic') ?? '', 'utf8').split('\n');
  let compared = 0;
  for (const line of lines) {
    const [tagText = '', vr = '', keyword = '', vm = '', edition = ''] = line.split('\t');
    if (line.startsWith('#') || !edition.startsWith('DICOM') || /^.fffe/i.test(tagText)) continue;
    const digits = tagText.replaceAll(/-[0-9a-f]{4}/gi, '').replaceAll(/[(),]/g, '');
    const found = lookup(Number.parseInt(digits, 16));
    assert.equal(found?.keyword, keyword.replace('RETIRED_', ''), line);
    assert.equal(found?.vm, vm, line);
    const expected = ambiguous[vr] ?? [vr as Vr];
    assert.ok(
      found?.vrs.every((one) => expected.includes(one)),
      line,
    );
    compared += 1;
  }
  assert.ok(compared > 5000);
});
