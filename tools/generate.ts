import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { generators } from './generate/index.ts';
import { projectRoot } from './project-root.ts';

// `npm run generate` writes every generated file; with --check it names those that would change.
const checking = process.argv.includes('--check');
const stale: string[] = [];

for (const generator of generators) {
  for (const [path, text] of await generator.generate(projectRoot)) {
    const file = join(projectRoot, path);
    if ((await readOrEmpty(file)) === text) continue;
    stale.push(path);
    if (checking) continue;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

for (const path of stale)
  process.stdout.write(`${path} ${checking ? 'is not current: npm run generate' : 'written'}\n`);
if (checking && stale.length > 0) process.exitCode = 1;

async function readOrEmpty(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return '';
  }
}
