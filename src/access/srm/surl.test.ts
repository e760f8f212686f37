import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import { accessLimits } from '../limits.ts';
import { formatTurl, parseSurl } from './surl.ts';

test('all forms of a SURL name the same path', () => {
  const path = '/site/ct@1/s-0c/v-1.nii.gz';
  const forms = [
    `srm://localhost${path}`,
    `SRM://localhost:8446${path}`,
    `srm://localhost:8446/srm/managerv2?SFN=${path}`,
    `srm://localhost:8446/srm/managerv2?SFN=${path.slice(1)}`,
    `srm://localhost:8446/srm/managerv2?SFN=/${path}/`,
    `srm://[::1]:8446${path}`,
  ];
  for (const text of forms) {
    const surl = parseSurl(text, accessLimits);
    assert.equal(surl.path, path, text);
    assert.equal(surl.text, text);
  }
  assert.equal(parseSurl('srm://localhost', accessLimits).path, '/');
  assert.equal(parseSurl('srm://localhost:1/srm/managerv2?SFN=/', accessLimits).path, '/');
});

test('a path is not decoded again', () => {
  assert.equal(parseSurl('srm://h/a%2e%2e/%41', accessLimits).path, '/a%2e%2e/%41');
  assert.equal(parseSurl('srm://h/a/../b', accessLimits).path, '/a/../b');
});

test('anything else is no SURL', () => {
  const bad = [
    '',
    '/site',
    'https://h/a',
    'srm:/h/a',
    'srm:///a',
    'srm://h:123456/a',
    'srm://h h/a',
  ];
  for (const text of [...bad, 'srm://h/a?SRM=/b', `srm://h/${'a'.repeat(5000)}`, 'srm://ü/a']) {
    assert.throws(
      () => parseSurl(text, accessLimits),
      (error) => codeOf(error) === 'ACCESS_SURL_INVALID',
      text,
    );
  }
});

test('a TURL has every segment encoded', () => {
  const turl = formatTurl({ host: '[::1]', port: 8446 }, '/site/a b+%41?#&;.dcm');
  assert.equal(turl, 'https://[::1]:8446/site/a%20b%2B%2541%3F%23%26%3B.dcm');
});
