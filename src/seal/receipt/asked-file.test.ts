import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AliasStatement } from './alias-statement.ts';
import { askedFileOf, checkAsked } from './asked-file.ts';

const version = {
  site: 'hospital-a',
  collection: 'stroke',
  name: 'p-01/t-02/s-03/v-04_e2_ADC.nii.gz',
  guid: 'g',
  stateNumber: 1,
  stacks: 1,
  version: 3,
} as const;

const alias: AliasStatement = {
  format: 'mdm-alias-statement',
  formatVersion: 2,
  site: 'hospital-a',
  collection: 'stroke',
  from: 'p-00',
  to: 'p-01',
  time: '2026-11-23T07:00:00Z',
};

function check(path: string, stated: object = {}, by?: AliasStatement): boolean {
  const asked = askedFileOf(path);
  if (asked === undefined) return false;
  try {
    checkAsked(asked, { ...version, ...stated }, by);
    return true;
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'SEAL_RECEIPT_OTHER_FILE');
    return false;
  }
}

test('every way to write a path asks for the same file', () => {
  for (const path of [
    '/hospital-a/stroke/p-01/t-02/s-03/v-04_e2_ADC.nii.gz',
    '/hospital-a/stroke/p-01/t-02/s-03/v-04_e2_ADC.nii.gz.c4gh',
    '//hospital-a//stroke/p-01/t-02/s-03/v-04_e2_ADC.nii.gz',
    '/hospital-a/stroke/p-01/t-02/s-03@3/v-04_e2_ADC.nii.gz',
    '/hospital-a/stroke/p-01/t-02/s-03/volume.nii.gz',
    '/hospital-a/stroke/p-01/t-02/s-03@3/volume.nii.gz.c4gh',
  ]) {
    assert.ok(check(path), path);
  }
});

test('what was stated of another file is not it', () => {
  const path = '/hospital-a/stroke/p-01/t-02/s-03/v-04_e2_ADC.nii.gz';
  for (const stated of [
    { site: 'hospital-b' },
    { collection: 'tumour' },
    { name: 'p-02/t-02/s-03/v-04_e2_ADC.nii.gz' },
    { name: 'p-01/t-03/s-03/v-04_e2_ADC.nii.gz' },
    { name: 'p-01/t-02/s-04/v-04_e2_ADC.nii.gz' },
    { name: 'p-01/t-02/s-03/v-05_e2_ADC.nii.gz' },
    { name: 'p-01/t-02/s-03/v-04_e2_ADC.nii' },
    { name: 'p-01/t-02/s-03/i-04.dcm' },
  ]) {
    assert.ok(!check(path, stated), JSON.stringify(stated));
  }
  assert.ok(!check('/hospital-a/stroke/p-01/t-02/s-03@2/v-04_e2_ADC.nii.gz'));
  assert.ok(!check('/hospital-a/stroke/p-01/t-02/s-03/volume.nii'));
  assert.ok(!check('/hospital-a/stroke/p-01/t-02/s-03/volume.gz'));
  assert.ok(!check('/hospital-a/stroke/p-01/t-02/s-04/volume.nii.gz'));
});

test('the one volume is one only where the producer says that there is one stack', () => {
  const path = '/hospital-a/stroke/p-01/t-02/s-03/volume.nii.gz';
  for (const stacks of [0, 2, null]) assert.ok(!check(path, { stacks }));
  assert.ok(!check(path, { name: 'p-01/t-02/s-03/i-04.nii.gz' }));
});

test('an old name is a name only by a statement of the same collection', () => {
  const path = '/hospital-a/stroke/p-00/t-02/s-03/volume.nii.gz';
  assert.ok(!check(path));
  assert.ok(check(path, {}, alias));
  assert.ok(!check(path, {}, { ...alias, to: 'p-02' }));
  assert.ok(!check(path, {}, { ...alias, from: 'p-0' }));
  assert.ok(!check(path, {}, { ...alias, collection: 'tumour' }));
  assert.ok(!check(path, {}, { ...alias, site: 'hospital-b' }));
});

test('what is no file of a series asks for nothing that is stated', () => {
  for (const path of ['', '/', 'a/b', '/a/b/p-1/t-2/s-3', '/a/b/p-1/t-2/s-3@0/v-4.nii']) {
    assert.equal(askedFileOf(path), undefined, path);
  }
});
