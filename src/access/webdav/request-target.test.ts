import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { webdavLimits } from './limits.ts';
import { hrefOf, parseRequestTarget } from './request-target.ts';

test('decodes once, drops the trailing slash and says that it was there', () => {
  const rows = [
    ['/', '/', true],
    ['/site', '/site', false],
    ['/site/', '/site', true],
    ['/site/c%40v1/s-1', '/site/c@v1/s-1', false],
    ['/%73ite/i-1.dcm', '/site/i-1.dcm', false],
    ['http://host:1/site/a', '/site/a', false],
    ['HTTPS://host/', '/', true],
    ['//', '/', true],
    ['//site//c///i.dcm', '/site/c/i.dcm', false],
    ['//host:443/x', '/host:443/x', false],
    ['http://host//site//', '/site', true],
  ] as const;
  for (const [url, path, isDirectory] of rows) {
    assert.deepEqual(parseRequestTarget(url), { path, isDirectory, cursor: undefined });
  }
});

test('reads the cursor of a listing, and no other parameter', () => {
  assert.equal(parseRequestTarget('/a/?cursor=b%26c&x=..%2f').cursor, 'b&c');
  assert.equal(parseRequestTarget('/a/?x=1').cursor, undefined);
  const long = 'c'.repeat(webdavLimits.cursorCharactersMax + 1);
  assert.throws(() => parseRequestTarget(`/a?cursor=${long}`), { code: 'FILES_PATH_INVALID' });
});

/** Ways to leave a directory, hide a separator or smuggle a control character. */
const parts = [
  '..',
  '.',
  '%2e%2e',
  '%2E.',
  '.%2e',
  '%2e',
  '%2e%2e%2f',
  '..%2f..%2fetc%2fpasswd',
  '..%5c..',
  '..\\..',
  'a%2fb',
  'a%2Fb',
  'a%5cb',
  'a\\b',
  '%252e%252e',
  '%25',
  '%252f',
  '%00',
  'a%00.dcm',
  '%0d%0aSet-Cookie:x',
  '%0a',
  '%7f',
  '%c0%ae%c0%ae',
  '%c0%af',
  '%e2%81%84',
  '%ef%bc%8f',
  '%ff',
  'é',
  '／',
  '%u002e',
  '%zz',
  '%',
  '%2',
  'a b',
  'a%20b',
  'a%09b',
  'a%23b',
  'a%3fb',
] as const;

test('refuses every way to leave the tree, in every place of a path', () => {
  let count = 0;
  for (const part of parts) {
    for (const other of parts) {
      const urls = [`/${part}/x`, `/x/${part}/y`, `/x/${part}/${other}/y`, `//${part}//`];
      for (const url of [...urls, `http://host/x/${part}/y`, `/x/${other}/..;/${part}/y`]) {
        assert.throws(() => parseRequestTarget(url), { code: 'FILES_PATH_INVALID' }, url);
        count += 1;
      }
    }
  }
  assert.ok(count > 8000);
});

test('refuses what is no path at all', () => {
  const long = `/${'a'.repeat(webdavLimits.targetCharactersMax)}`;
  assert.throws(() => parseRequestTarget(long), { code: 'WEBDAV_TARGET_TOO_LONG' });
  for (const url of ['', '*', 'site', 'ftp://host/x', 'host:443', '/x#y']) {
    assert.throws(() => parseRequestTarget(url), { code: 'FILES_PATH_INVALID' }, url);
  }
});

test('whatever passes is ASCII without dots alone, separators, escapes or controls', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      let path = '';
      try {
        path = parseRequestTarget(`/${text}`).path;
      } catch {
        return;
      }
      const segments = path === '/' ? [] : path.slice(1).split('/');
      for (const segment of segments) assert.match(segment, /^(?!\.{1,2}$)[!-~]+$/);
      assert.doesNotMatch(path, /[\\%?#]/);
    }),
    { numRuns: 3000 },
  );
});

test('a path comes back from its href', () => {
  const name = fc.stringMatching(/^[a-z0-9@_][a-z0-9@._~!$&'()*+,;=:-]{0,20}$/);
  fc.assert(
    fc.property(fc.array(name, { maxLength: 5 }), fc.boolean(), (names, isDirectory) => {
      const path = `/${names.join('/')}`;
      const parsed = parseRequestTarget(hrefOf(path, isDirectory ? 'directory' : 'file'));
      assert.equal(parsed.path, path);
      assert.equal(parsed.isDirectory, isDirectory || path === '/');
    }),
  );
});
