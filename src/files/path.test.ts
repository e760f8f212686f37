import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOf } from '../lib/errors/mdm-error.ts';
import { parseTreePath } from './path.ts';

const code = (text: string): string | undefined => {
  try {
    parseTreePath(text);
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
};

test('a path of the tree is taken as it is, without its trailing slash', () => {
  assert.deepEqual(parseTreePath('/lyon/ct-lung/p-0123/'), {
    path: '/lyon/ct-lung/p-0123',
    catalogPath: '/lyon/ct-lung/p-0123',
    form: 'plain',
  });
  for (const text of ['/', '//', '///']) assert.equal(parseTreePath(text).path, '/');
});

test('segments that are empty are not there', () => {
  for (const text of ['//lyon/ct', '/lyon//ct', '/lyon/ct//', '///lyon///ct///']) {
    assert.equal(parseTreePath(text).path, '/lyon/ct', text);
  }
});

test('the sealed form names the same file', () => {
  const parsed = parseTreePath('/lyon/ct/p-1/t-1/s-1@2/volume.nii.gz.c4gh');
  assert.equal(parsed.form, 'sealed');
  assert.equal(parsed.catalogPath, '/lyon/ct/p-1/t-1/s-1@2/volume.nii.gz');
});

test('what cannot be a name of the tree is refused with one code', () => {
  const hostile = [
    '',
    'lyon',
    '/lyon/../etc/passwd',
    '/lyon/./ct',
    '/.mdm/v1',
    '/lyon/ct\0',
    '/lyon\\ct',
    '/lyon/ct%2e%2e',
    '/Lyon',
    '/lyon/é',
    '/lyon/ct\r\nX: y',
    `/${'a'.repeat(2000)}`,
    '/a'.repeat(40),
  ];
  for (const text of hostile) assert.equal(code(text), 'FILES_PATH_INVALID', JSON.stringify(text));
});

test('suffixes of volumes that the field writes in upper case are names, and nothing else is', () => {
  for (const name of [
    'v-0a1b_ADC.nii.gz',
    'v-0a1b_e2_ph_ADC.json',
    'v-0a_ph_MoCo.nii.c4gh',
    'a_b_',
  ]) {
    assert.equal(parseTreePath(`/s/${name}`).path, `/s/${name}`);
  }
  for (const name of [
    'v-0a1b_ADCx.nii',
    'v-0a1b_Adc.nii',
    'v-0a1bADC.nii',
    'ADC.nii',
    'v_ADC',
    'A',
  ]) {
    assert.throws(() => parseTreePath(`/s/${name}`), { code: 'FILES_PATH_INVALID' });
  }
});
