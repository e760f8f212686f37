import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { tempFolder } from '../../../test/support/temp.ts';
import { checkUnchangeable, readPrivateFile } from './private-file.ts';

const exposed = { code: 'CONFIG_SECRET_EXPOSED' };

test('a secret that others may read or change is not read', async (t) => {
  const path = join(await tempFolder(t), 'secret.key');
  writeFileSync(path, 'secret', { mode: 0o600 });
  assert.equal(readPrivateFile(path).toString(), 'secret');
  for (const mode of [0o640, 0o604, 0o620, 0o602, 0o610]) {
    chmodSync(path, mode);
    assert.throws(() => readPrivateFile(path), exposed, mode.toString(8));
  }
  chmodSync(path, 0o400);
  assert.equal(readPrivateFile(path).toString(), 'secret');
  assert.throws(() => readPrivateFile(`${path}.gone`), { code: 'CONFIG_UNREADABLE' });
});

test('a secret that is another user’s is not read', {
  skip: process.getuid?.() === 0 ? false : 'only root can give a file away',
}, async (t) => {
  const path = join(await tempFolder(t), 'secret.key');
  writeFileSync(path, 'secret', { mode: 0o600 });
  chownSync(path, 4711, 0);
  assert.throws(() => readPrivateFile(path), exposed);
});

test('a secret in a folder that others may change is not read', async (t) => {
  const folder = join(await tempFolder(t), 'keys');
  mkdirSync(folder);
  const path = join(folder, 'secret.key');
  writeFileSync(path, 'secret', { mode: 0o600 });
  for (const mode of [0o777, 0o770]) {
    chmodSync(folder, mode);
    assert.throws(() => readPrivateFile(path), exposed, mode.toString(8));
  }
  for (const mode of [0o1777, 0o755, 0o700]) {
    chmodSync(folder, mode);
    assert.equal(readPrivateFile(path).toString(), 'secret');
  }
});

test('what says whom to trust may be read by all and changed by a group, not by anybody', async (t) => {
  const path = join(await tempFolder(t), 'issuer.jwks.json');
  writeFileSync(path, '{}');
  for (const mode of [0o644, 0o664]) {
    chmodSync(path, mode);
    checkUnchangeable(path);
  }
  chmodSync(path, 0o646);
  assert.throws(() => checkUnchangeable(path), exposed);
});
