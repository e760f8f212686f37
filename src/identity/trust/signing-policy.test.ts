import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { matchesGlob, parseNamespaces, parseSigningPolicy } from './signing-policy.ts';

test('a signing policy gives the subjects its authority may sign', () => {
  const text = [
    '# comment',
    "access_id_CA   X509    '/DC=test/DC=grid/CN=Test Grid CA'",
    'pos_rights     globus  CA:sign',
    `cond_subjects  globus  '"/DC=test/DC=grid/*" "/O=other/*"'`,
    "access_id_CA X509 '/CN=Second'",
    'pos_rights globus CA:sign',
    "cond_subjects globus '/CN=only/*'",
  ].join('\r\n');
  assert.deepEqual(parseSigningPolicy(text), [
    {
      authority: '/DC=test/DC=grid/CN=Test Grid CA',
      patterns: ['/DC=test/DC=grid/*', '/O=other/*'],
    },
    { authority: '/CN=Second', patterns: ['/CN=only/*'] },
  ]);
});

test('subjects without the right to sign count for nothing', () => {
  const header = "access_id_CA X509 '/CN=A'\n";
  const subjects = `cond_subjects globus '"*"'\n`;
  assert.deepEqual(parseSigningPolicy(header + subjects), []);
  assert.deepEqual(parseSigningPolicy(`${header}neg_rights globus CA:sign\n${subjects}`), []);
  assert.deepEqual(parseSigningPolicy(`pos_rights globus CA:sign\n${subjects}`), []);
  assert.deepEqual(parseSigningPolicy('no policy at all'), []);
});

test('a namespaces file gives the same rules', () => {
  const text = [
    '# comment "',
    'TO Issuer "/DC=test/CN=CA" \\',
    '  PERMIT Subject "/DC=test/.*"',
    'TO Issuer "/DC=test/CN=CA" PERMIT Subject "/O=x\\.example/.*"',
    'TO Issuer "/CN=Complex" PERMIT Subject "/O=(a|b)/.*"',
    'TO Issuer "/CN=Denied" PERMIT Subject "/O=a/.*"',
    'TO Issuer "/CN=Denied" DENY Subject "/O=a/b/.*"',
  ].join('\n');
  assert.deepEqual(parseNamespaces(text), [
    { authority: '/DC=test/CN=CA', patterns: ['/DC=test/*', '/O=x.example/*'] },
  ]);
});

test('a pattern matches as its regular expression would', () => {
  const alphabet = fc.constantFrom('a', 'b', '/', '*');
  const word = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 12 });
  const pattern = fc.string({ unit: alphabet, maxLength: 8 });
  fc.assert(
    fc.property(word, pattern, (text, glob) => {
      const expression = new RegExp(`^${glob.replaceAll('*', '.*')}$`);
      assert.equal(matchesGlob(text, glob), expression.test(text), `${text} ~ ${glob}`);
    }),
    { numRuns: 2000 },
  );
});
