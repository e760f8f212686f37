import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { judgeTables, readTables, type TableVerdict } from './diffusion-tables.ts';
import { judgeAll } from './judge.ts';
import type { NiftiFile } from './nifti-file.ts';
import type { FoundSeries } from './read-folder.ts';
import { refereeOf } from './referee.ts';

/** What the converter makes of instances as they leave. */
export type JudgedInstances = ReturnType<typeof judgeAll> & {
  readonly names: readonly string[];
  readonly volumes: readonly NiftiFile[];
  /** Its diffusion tables. */
  readonly tables: TableVerdict;
};

/**
 * Whether instances as they leave mislead: what dcm2niix makes of them, held against what it makes
 * of the originals.
 *
 * @param left the files that left
 */
export async function judgeInstances(
  series: FoundSeries,
  left: readonly { readonly name: string; readonly bytes: Uint8Array }[],
  folder: string,
): Promise<JudgedInstances> {
  await mkdir(join(folder, 'left'), { recursive: true });
  const files: { readonly path: string }[] = [];
  for (const { name, bytes } of left) {
    const path = join(folder, 'left', `${name}.dcm`);
    await writeFile(path, bytes);
    files.push({ path });
  }
  const ours = await refereeOf({ files }, join(folder, 'ours'));
  const theirs = await refereeOf(series, join(folder, 'theirs'));
  const judged = judgeAll([...ours.values()], theirs);
  const tables = judgeTables(
    await readTables(join(folder, 'ours', 'out')),
    await readTables(join(folder, 'theirs', 'out')),
  );
  return { names: [...ours.keys()], volumes: [...ours.values()], tables, ...judged };
}
