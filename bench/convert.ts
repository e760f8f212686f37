import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../tools/project-root.ts';
import { readNifti } from '../tools/volumes/nifti-file.ts';
import { type ConvertKind, convertKinds } from './convert-kinds.ts';
import type { Contestant, Figure, FigureContext, PreparedFigure } from './figure.ts';

/** Copies of each series that one process converts, at scale 1. */
const copiesOfGoal = 20;

/** One figure for each kind of series: DICOM files to volumes, beside dcm2niix. */
export const conversions: readonly Figure[] = convertKinds.map((kind) => ({
  name: `convert-${kind.name}`,
  title: `${kind.title}, ${copiesOfGoal} copies, DICOM files to \`.${kind.product}\``,
  goal: kind.goal,
  tools: [...kind.referees.map(({ tool }) => tool), ...kind.tools],
  rounds: 5,
  prepare: (context) => prepare(kind, context),
}));

async function prepare(kind: ConvertKind, context: FigureContext): Promise<PreparedFigure> {
  const from = join(context.folder, 'from');
  const none = join(context.folder, 'none');
  await mkdir(none);
  const copies = Math.max(1, Math.round(copiesOfGoal * context.scale));
  let sizeBytes = 0;
  for (let copy = 1; copy <= copies; copy += 1) {
    sizeBytes += await kind.write(join(from, String(copy)), copy);
  }
  const outputs = { theirs: join(context.folder, 'theirs'), ours: join(context.folder, 'ours') };
  const fresh = (folder: string) => async (): Promise<void> => {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
  };
  const child = join(projectRoot, 'bench', 'convert.child.ts');
  const ours = (label: string, what: string, ...flags: readonly string[]): Contestant => ({
    label,
    servers: () => [],
    prepare: fresh(outputs.ours),
    command: [
      `"${process.execPath}"`,
      ...[child, what, outputs.ours, kind.product].map(quoted),
      ...flags,
    ].join(' '),
  });
  const contestants: Contestant[] = kind.referees.map(({ label, command }) => ({
    label,
    servers: () => [],
    prepare: fresh(outputs.theirs),
    command: command(from, outputs.theirs),
  }));
  return {
    contestants: [
      ...contestants,
      ours('start, of no series', none),
      ours('without de-identification', from, '--identified'),
      ours('production', from),
    ],
    sizeBytes,
    verify: async () => {
      if (!kind.referees.every(({ makesVolumes }) => makesVolumes)) return;
      const [ours, theirs] = [await digestsIn(outputs.ours), await digestsIn(outputs.theirs)];
      const isSame = ours.length === copies && ours.join() === theirs.join();
      if (!isSame) throw new Error(`${kind.name}: other voxels`);
    },
    absent: [],
  };
}

const quoted = (text: string): string => `'${text}'`;

/** Digests of the voxels of the volumes in a folder, sorted. */
async function digestsIn(folder: string): Promise<readonly string[]> {
  const digests: string[] = [];
  for (const name of await readdir(folder)) {
    if (name === 'store' || name === 'spill') continue;
    const { voxels } = readNifti(await readFile(join(folder, name)));
    digests.push(createHash('sha256').update(voxels).digest('hex'));
  }
  return digests.toSorted();
}
