import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../../lib/bytes/bytes.ts';
import { formatPublicKeyFile, parsePublicKeyFile } from './key-file.ts';

/** Published with the EGA's implementation. */
const alice =
  '-----BEGIN CRYPT4GH PUBLIC KEY-----\noyERnWAhzV4MAh9XIk0xD4C+nNp2tpLUiWtQoVS/xB4=\n-----END CRYPT4GH PUBLIC KEY-----\n';

test('a public key file is read as Crypt4GH tools write it, and written alike', () => {
  const key = parsePublicKeyFile(alice);
  assert.equal(
    toHex(key ?? new Uint8Array()),
    'a321119d6021cd5e0c021f57224d310f80be9cda76b692d4896b50a154bfc41e',
  );
  assert.equal(formatPublicKeyFile(key ?? new Uint8Array()), alice);
  assert.deepEqual(parsePublicKeyFile(alice.replaceAll('\n', '\r\n')), key);
});

test('no other text is a public key: a private one, a short one, two of them', () => {
  const others = [
    '',
    alice.replaceAll('PUBLIC', 'PRIVATE'),
    alice.replace('oyER', ''),
    alice.replace('oyER', 'oyERoyER'),
    `${alice}${alice}`,
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA65hmgJeJakva2ctMpwAqifM/904s6O1zkwLeS5WiDD',
  ];
  for (const text of others) assert.equal(parsePublicKeyFile(text), undefined, text);
});
