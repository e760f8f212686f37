import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { tempFolder } from '../../../test/support/temp.ts';
import { makeDataFolder } from './data-folder.ts';

test('a data folder is made for its owner alone, and taken where it is', async (t) => {
  const path = join(await tempFolder(t), 'a', 'b');
  makeDataFolder(path);
  assert.equal(statSync(path).mode & 0o777, 0o700);
  makeDataFolder(path);
});

test('where no folder can be the start is refused, and does not try for ever', async (t) => {
  const file = join(await tempFolder(t), 'file');
  writeFileSync(file, '');
  for (const path of ['/proc/none', '/proc/none/data', file, join(file, 'data')]) {
    assert.throws(() => makeDataFolder(path), { code: 'CONFIG_INVALID', message: /data: / }, path);
  }
});
