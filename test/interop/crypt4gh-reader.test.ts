import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { viewOf } from '../../src/lib/bytes/bytes.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { openSegment } from '../../src/seal/crypt4gh/open-segments.ts';
import {
  newRecipientKeyPair,
  openHeader,
  sealedLayout,
  sealedSizeOf,
} from '../../src/seal/index.ts';
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

/** Of the published file, under the passphrase `password`; from the same project (MIT), model/headers/headers_test.go. */
const publishedKey = `-----BEGIN CRYPT4GH ENCRYPTED PRIVATE KEY-----
YzRnaC12MQAGc2NyeXB0ABQAAAAAbY7POWSS/pYIR8zrPQZJ+QARY2hhY2hhMjBfcG9seTEzMDUAPKc4jWLf1h2T5FsPhNUYMMZ8y36ESATXOuloI0uxKxov3OZ/EbW0Rj6XY0pd7gcBLQDFwakYB7KMgKjiCAAA
-----END CRYPT4GH ENCRYPTED PRIVATE KEY-----
`;

/** What is in it. */
const publishedPrivateKey = Buffer.from(
  '23917aa32d70294429f50899a0825c2ffdc07f98197dfc8195d6ea942a1914eb',
  'hex',
);

const samples = requireData('crypt4gh/sample.txt.enc', 'crypt4gh/sample.txt');

test('a published file opens with its published key, there and here', {
  skip: skip || samples,
}, () => {
  const input = readFileSync(testData('crypt4gh/sample.txt.enc') ?? '');
  const plain = readFileSync(testData('crypt4gh/sample.txt') ?? '');
  const folder = mkdtempSync(join(tmpdir(), 'mdm-crypt4gh-'));
  try {
    const key = join(folder, 'key');
    writeFileSync(key, publishedKey, { mode: 0o600 });
    const env = { ...process.env, C4GH_PASSPHRASE: 'password' };
    const run = spawnSync(python, [reader, key], { input, env, maxBuffer: 1 << 24 });
    assert.ok(run.stdout.equals(plain), run.stderr.toString());
  } finally {
    rmSync(folder, { recursive: true });
  }
  // Its nonces are random, as those of most tools: our own files are read more strictly.
  const { headerSize, sealedSegmentSize } = sealedLayout;
  const dataKey = openHeader(input.subarray(0, headerSize), publishedPrivateKey);
  const opened = [0, 1].map((index) => {
    const start = headerSize + index * sealedSegmentSize;
    return openSegment(input.subarray(start, start + sealedSegmentSize), dataKey, index);
  });
  assert.ok(Buffer.concat(opened).equals(plain));
});

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
