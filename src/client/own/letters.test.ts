import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatLetters, parseLetters } from './letters.ts';

test('letters of the original stand for rights; the key itself is g, not r', () => {
  assert.deepEqual(parseLetters('group:/vo/x=g'), { who: 'group:/vo/x', rights: ['read'] });
  assert.deepEqual(parseLetters('authenticated=r'), {
    who: 'authenticated',
    rights: ['read-metadata'],
  });
  const dn = 'user:x509:/DC=test/CN=Bob';
  assert.deepEqual(parseLetters(`${dn}=pdrw--gs`), {
    who: dn,
    rights: ['change-permissions', 'delete', 'read-metadata', 'write-metadata', 'read'],
  });
  assert.deepEqual(parseLetters(`${dn}=`), { who: dn, rights: [] });
  assert.deepEqual(parseLetters(`${dn}=--------`), { who: dn, rights: [] });
});

test('what is no list of letters is refused: others, capitals, x alone, nobody', () => {
  for (const text of ['bob', '=g', 'bob=q', 'bob=G', 'bob=x', 'bob=g g', ''])
    assert.throws(() => parseLetters(text), { code: 'CLIENT_ARGUMENT' }, text);
});

test('rights are shown as the original showed them', () => {
  // The default of a new key of the original.
  const owner = ['read', 'read-metadata', 'write-metadata', 'change-permissions', 'delete'];
  assert.equal(formatLetters(owner), 'pdrw--gs');
  assert.equal(formatLetters(['read']), '------g-');
  assert.equal(formatLetters([]), '--------');
  assert.equal(formatLetters(['list', 'something else']), '-----l--');
});
