import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { projectRoot } from '../project-root.ts';

const nodeMajorMin = 24;

/**
 * Some of our dependencies are CommonJS and ask for Node's own modules. A Node that is too old is told
 * in a sentence, not by what it happens to lack.
 */
const banner = `#!/usr/bin/env node
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
if (Number.parseInt(process.versions.node) < ${nodeMajorMin}) {
  process.stderr.write('mdm: needs Node ${nodeMajorMin} or later; this is ' + process.versions.node + ' (' + process.execPath + ')\\n');
  process.exit(2);
}`;

/**
 * Make the client one file that needs nothing but Node: to copy to a worker node or a shared file
 * system. Beside it, in `<file>.licences.txt`, the licences of what is in it.
 */
export async function buildClient(file: string): Promise<void> {
  const { metafile } = await build({
    entryPoints: ['src/cli/client-main.ts'],
    absWorkingDir: projectRoot,
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: `node${nodeMajorMin}`,
    banner: { js: banner },
    metafile: true,
    logLevel: 'warning',
  });
  await chmod(file, 0o755);
  const packages = new Set(Object.keys(metafile.inputs).flatMap(packageFolderOf));
  const licences = await Promise.all([...packages].toSorted().map(licenceOf));
  await writeFile(`${file}.licences.txt`, licences.join('\n'));
}

function packageFolderOf(input: string): readonly string[] {
  return /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? [];
}

/** @throws when a package brings none: what is in the file must be known */
async function licenceOf(folder: string): Promise<string> {
  const path = join(projectRoot, folder);
  const name = (await readdir(path)).find((one) => /^licen[cs]e/i.test(one));
  if (name === undefined) throw new Error(`${folder} has no licence file`);
  const text = await readFile(join(path, name), 'utf8');
  return `== ${folder.replace('node_modules/', '')}\n\n${text}`;
}
