import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { type NiftiFile, readNifti } from './nifti-file.ts';

const run = promisify(execFile);

/** What dcm2niix makes of a series: slices stay slices (`-x i`); none where it fails. */
export async function refereeOf(
  { files }: { readonly files: readonly { readonly path: string }[] },
  folder: string,
): Promise<ReadonlyMap<string, NiftiFile>> {
  const [input, output] = [join(folder, 'in'), join(folder, 'out')];
  await mkdir(input, { recursive: true });
  await mkdir(output, { recursive: true });
  for (const [index, { path }] of files.entries()) {
    await copyFile(path, join(input, `${String(index).padStart(6, '0')}-${basename(path)}`));
  }
  const options = ['-b', 'y', '-z', 'n', '-x', 'i', '-f', 'o', '-o', output, input];
  await run('dcm2niix', options, { maxBuffer: 64 * 1024 * 1024 }).catch(() => undefined);
  const names = (await readdir(output)).filter((name) => name.endsWith('.nii')).toSorted();
  const made = names.map(
    async (name) => [name, readNifti(await readFile(join(output, name)))] as const,
  );
  return new Map(await Promise.all(made));
}
