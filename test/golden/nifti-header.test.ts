import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { toHex } from '../../src/lib/bytes/bytes.ts';
import { niftiFormat } from '../../src/volume/formats/nifti/nifti.ts';
import { samplePlan } from '../../src/volume/suite.ts';

/** Stored replicas and receipts hold these bytes: a change here is a new recipe, not a refactoring. */
test('the NIfTI header of an oblique CT is the golden one, byte for byte', () => {
  const plan = samplePlan({
    rowDirection: [0.8, 0.6, 0],
    columnDirection: [-0.48, 0.64, 0.6],
    edit: () => ({
      0x00280101: 16,
      0x00280102: 15,
      0x00280103: 1,
      0x00281052: '-1024',
      0x00281053: '1',
    }),
  });
  const lines = toHex(niftiFormat.header(plan)).match(/.{1,64}/g) ?? [];
  const golden = readFileSync(new URL('nifti-header.txt', import.meta.url), 'utf8');
  assert.equal(`${lines.join('\n')}\n`, golden);
});
