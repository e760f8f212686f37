import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Owner } from './owner.ts';

/** A fresh folder that is removed when its owner ends. */
export async function tempFolder(owner: Owner): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mdm-test-'));
  owner.after(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}
