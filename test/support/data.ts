import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { absent } from './absent.ts';

const fixturesFolder = fileURLToPath(new URL('../fixtures/', import.meta.url));

/**
 * Path of a file or folder of the test data: of the full set (MDM_TEST_DATA), else of the small part
 * below test/fixtures, which has the same folder names; undefined if it is in neither.
 */
export function testData(path: string): string | undefined {
  const full = process.env['MDM_TEST_DATA'] ?? '';
  const roots = full === '' ? [fixturesFolder] : [full, fixturesFolder];
  return roots.map((root) => join(root, path)).find((whole) => existsSync(whole));
}

/**
 * For `test(name, { skip: requireData('series/ge-dti') }, ...)`: false when all of `paths` are there,
 * else the reason to skip, which is also printed. With CI=true an absence throws instead.
 */
export function requireData(...paths: readonly string[]): string | false {
  const missing = paths.filter((path) => testData(path) === undefined);
  return absent(missing.map((path) => `test data ${path} (set MDM_TEST_DATA to its folder)`));
}

/** Path of a file or folder below test/fixtures, which every clone has. */
export function fixture(path: string): string {
  return join(fixturesFolder, path);
}
