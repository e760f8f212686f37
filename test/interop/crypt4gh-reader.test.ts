import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { viewOf } from '../../src/lib/bytes/bytes.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { newRecipientKeyPair, openHeader, sealedSizeOf } from '../../src/seal/index.ts';
import { absent } from '../support/absent.ts';
import { requireData, testData } from '../support/data.ts';
import { sealFile } from '../support/seal-file.ts';

const python = '/usr/bin/python3';
const reader = fileURLToPath(new URL('./crypt4gh_reader.py', import.meta.url));
const probe = spawnSync(python, ['-c', 'import cryptography']);
const skip = absent(probe.status === 0 ? [] : ['python3-cryptography']);

test('a reader in another language opens what we seal, at every border', { skip }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mdm-crypt4gh-'));
  try {
    const material = systemRandom.bytes(9 * 65_536 + 1);
    for (const size of [0, 1, 65_535, 65_536, 65_537, 8 * 65_536, 9 * 65_536 + 1]) {
      const pair = newRecipientKeyPair(systemRandom);
      const key = join(folder, 'key');
      writeFileSync(key, pair.privateKey, { mode: 0o600 });
      const plain = material.subarray(0, size);
      const { file: input } = await sealFile([plain], pair.publicKey);
      const run = spawnSync(python, [reader, key, '--indexed'], { input, maxBuffer: 1 << 24 });
      assert.equal(run.status, 0, run.stderr.toString());
      assert.ok(run.stdout.equals(plain), `size ${size}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const samples = requireData('crypt4gh/sample.txt.enc', 'crypt4gh/sample.txt');

test('a published file has the layout and size that we compute', { skip: samples }, () => {
  const sealed = readFileSync(testData('crypt4gh/sample.txt.enc') ?? '');
  const plain = readFileSync(testData('crypt4gh/sample.txt') ?? '');
  assert.equal(sealed.length, sealedSizeOf(plain.length));
  assert.equal(viewOf(sealed).getUint32(12, true), 1);
  // It was sealed for somebody else: read to the end, and refused for that reason only.
  const { privateKey } = newRecipientKeyPair(systemRandom);
  assert.throws(() => openHeader(sealed.subarray(0, 124), privateKey), {
    code: 'SEAL_KEY_MISMATCH',
  });
});

const owners = requireData('crypt4gh/alice.pub', 'crypt4gh/bob.pub');

test('published public keys are accepted as recipients', { skip: owners }, async () => {
  for (const owner of ['alice', 'bob']) {
    const text = readFileSync(testData(`crypt4gh/${owner}.pub`) ?? '', 'latin1');
    const publicKey = Uint8Array.from(Buffer.from(text.split('\n')[1] ?? '', 'base64'));
    const { file } = await sealFile([new Uint8Array(10)], publicKey);
    assert.equal(file.length, sealedSizeOf(10));
  }
});
