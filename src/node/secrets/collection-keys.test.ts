import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { tempFolder } from '../../../test/support/temp.ts';
import { systemRandom } from '../../lib/random.ts';
import { createIndexCipher } from '../../pacs/index/index.ts';
import { collectionKey } from './collection-keys.ts';

test('a collection key is made once, and a lost one is not replaced once names depend on it', async (t) => {
  const folder = join(await tempFolder(t), 'keys');
  const random = systemRandom;
  const cipher = createIndexCipher({ hospitalKey: new Uint8Array(32).fill(1), random });
  const open = (hasNames: boolean): Uint8Array =>
    collectionKey({ folder, collection: 'all', cipher, random, hasNames });
  const key = open(false);
  assert.equal(key.length, 32);
  assert.deepEqual(Buffer.from(open(true)), Buffer.from(key));
  await rm(join(folder, 'all.key'));
  assert.throws(() => open(true), { code: 'CONFIG_SECRET_LOST' });
  assert.notDeepEqual(Buffer.from(open(false)), Buffer.from(key));
});
