/** Somebody with nothing but a Crypt4GH tool: a reader in another language, and key files. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { concatBytes } from '../../src/lib/bytes/bytes.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { newRecipientKeyPair } from '../../src/seal/index.ts';
import { systemPython } from './require-tool.ts';

const reader = fileURLToPath(new URL('../interop/crypt4gh_reader.py', import.meta.url));

/** Paths of a key pair's files, without a passphrase. */
export interface KeyFiles {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** Make a key pair, as its owner would with his own tool. */
export function makeKeyFiles(folder: string, name: string): KeyFiles {
  const pair = newRecipientKeyPair(systemRandom);
  const field = (bytes: Uint8Array): Buffer => Buffer.from([0, bytes.length, ...bytes]);
  const none = field(Buffer.from('none'));
  const secret = concatBytes([Buffer.from('c4gh-v1'), none, none, field(pair.privateKey)]);
  const write = (file: string, kind: string, body: Uint8Array): string => {
    const path = join(folder, file);
    const text = Buffer.from(body).toString('base64');
    const [head, tail] = [`-----BEGIN CRYPT4GH ${kind}-----`, `-----END CRYPT4GH ${kind}-----`];
    writeFileSync(path, `${head}\n${text}\n${tail}\n`, { mode: 0o600 });
    return path;
  };
  return {
    publicKey: write(`${name}.pub`, 'PUBLIC KEY', pair.publicKey),
    privateKey: write(`${name}.sec`, 'PRIVATE KEY', secret),
  };
}

/** What the other tool makes of a file. */
export function openedElsewhere(input: Uint8Array, { privateKey }: KeyFiles): Buffer {
  const run = spawnSync(systemPython, [reader, privateKey], { input, maxBuffer: 1 << 26 });
  assert.equal(run.status, 0, run.stderr.toString());
  return run.stdout;
}
