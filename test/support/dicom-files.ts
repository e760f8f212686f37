import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** All files of `paths`, folders searched to the bottom, in a stable order. */
export async function dicomFiles(...paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    if ((await stat(path)).isFile()) {
      files.push(path);
      continue;
    }
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const found = entries.filter((entry) => entry.isFile());
    files.push(...found.map((entry) => join(entry.parentPath, entry.name)).toSorted());
  }
  return files;
}
