import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../lib/random.ts';
import type { IndexCipher } from '../../pacs/index/index.ts';
import { nodeErrors } from '../errors.ts';
import { readPrivateFile } from './private-file.ts';

/**
 * The key of a collection: 32 bytes from which its pseudonyms derive, wrapped under the hospital's
 * key in a file of its own, outside the database. Made once; holding it is the right to re-identify.
 * @throws CONFIG_SECRET_LOST, CONFIG_SECRET_EXPOSED
 */
export function collectionKey(options: {
  readonly folder: string;
  readonly collection: string;
  /** Names were made under the key: then a lost one is not replaced. */
  readonly hasNames: boolean;
  readonly cipher: IndexCipher;
  readonly random: Random;
}): Uint8Array {
  const { folder, collection, cipher, random } = options;
  const path = join(folder, `${collection}.key`);
  const place = `collection-key:${collection}`;
  if (existsSync(path)) {
    return Buffer.from(String(cipher.open(readPrivateFile(path), place)), 'base64');
  }
  if (options.hasNames) throw nodeErrors.create('CONFIG_SECRET_LOST', { message: path });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const key = random.bytes(32);
  const wrapped = cipher.seal(Buffer.from(key).toString('base64'), place);
  writeFileSync(`${path}.new`, wrapped, { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
  // Before the first name is made under it, the file is there for good.
  const directory = openSync(folder, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
  return key;
}
