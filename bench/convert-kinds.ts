import { execFile } from 'node:child_process';
import { mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeMosaic } from '../test/support/make-mosaic.ts';
import { writeSeries } from '../test/support/make-series.ts';
import { madeMultiFrame } from './made-multi-frame.ts';

const run = promisify(execFile);

/** A kind of series that is converted. */
export interface ConvertKind {
  readonly name: string;
  readonly title: string;
  readonly goal: string;
  readonly product: 'nii' | 'nii.gz';
  /** Programs of the field; the first is what the others are compared with. */
  readonly referees: readonly Referee[];
  readonly tools: readonly string[];
  /** Write a copy of the series into a folder: other pixels and UIDs with each. Gives its bytes. */
  readonly write: (folder: string, copy: number) => Promise<number>;
}

/** A program that converts what is below a folder. */
export interface Referee {
  readonly label: string;
  readonly tool: string;
  /** For bash. */
  readonly command: (from: string, to: string) => string;
  /** Whether it makes volumes, to be held against ours. */
  readonly makesVolumes: boolean;
}

const dcm2niix = (label: string, flags: string): Referee => ({
  label,
  tool: 'dcm2niix',
  command: (from, to) => `dcm2niix ${flags} -b n -f %j -o '${to}' '${from}'`,
  makesVolumes: true,
});

const plain = [dcm2niix('dcm2niix -z n', '-z n')];

/** Debian's dcm2niix reads no JPEG-LS. */
const gdcmconv: Referee = {
  label: 'gdcmconv --raw, file by file',
  tool: 'gdcmconv',
  command: (from, to) =>
    `for f in '${from}'/*/*; do gdcmconv --raw "$f" '${to}/'"$(basename "$f")"; done`,
  makesVolumes: false,
};
const size = { rows: 512, columns: 512, spacingMm: [0.75, 0.75, 1] } as const;

const ct = async (folder: string, copy: number, slices = 300): Promise<number> => {
  await writeSeries(folder, { ...size, slices, seed: copy });
  return sizeOf(folder);
};

/** A CT of fewer slices, compressed by a tool of another project. */
const compressed =
  (command: string, ...flags: readonly string[]) =>
  async (folder: string, copy: number): Promise<number> => {
    const bytes = await ct(folder, copy, 60);
    for (const name of await readdir(folder)) {
      const [from, to] = [join(folder, name), join(folder, `${name}.coded`)];
      await run(command, [...flags, from, to]);
      await rename(to, from);
    }
    return bytes;
  };

const codec = (
  name: string,
  title: string,
  goal: string,
  [command = '', ...flags]: readonly string[],
  referees: readonly Referee[] = plain,
): ConvertKind => ({
  name,
  title: `${title}, 60 slices of 512 x 512`,
  goal,
  product: 'nii',
  referees,
  tools: [command],
  write: compressed(command, ...flags),
});

/** 5,000 images: 50 slices of 64 x 64, 100 times. */
async function mr(folder: string, copy: number): Promise<number> {
  const [places, times] = [50, 100];
  await writeSeries(folder, {
    modality: 'MR',
    slices: places * times,
    rows: 64,
    columns: 64,
    spacingMm: [3, 3, 3],
    seed: copy,
    edit: (index) => [
      [0x00180023, 'CS', '2D'],
      [0x00200012, 'IS', [1 + Math.floor(index / places)]],
      [0x00200032, 'DS', [0, 0, 3 * (index % places)]],
    ],
  });
  return sizeOf(folder);
}

/** The mosaics of a series, made once: copies differ in their Series Instance UID alone. */
let mosaics: readonly Buffer[] | undefined;

async function mosaic(folder: string, copy: number): Promise<number> {
  await mkdir(folder, { recursive: true });
  mosaics ??= Array.from({ length: 100 }, (_, at) => mosaicAt(at + 1));
  for (const [at, file] of mosaics.entries()) {
    const named = Buffer.from(file);
    named.write(
      `2.25.${1000 + copy}`,
      file.indexOf(seriesUidHead) + seriesUidHead.length,
      'latin1',
    );
    await writeFile(join(folder, `${at + 1}.dcm`), named);
  }
  return sizeOf(folder);
}

/** Series Instance UID of as many characters as ours, explicit little endian. */
const seriesUidHead = Buffer.from([0x20, 0, 0x0e, 0, 0x55, 0x49, 10, 0]);

function mosaicAt(instanceNumber: number): Buffer {
  const { file } = makeMosaic({
    rows: 64,
    columns: 64,
    tiles: 36,
    rowDirection: [1, 0, 0],
    columnDirection: [0, 1, 0],
    spacingMm: [3, 3, 3],
    origin: [0, 0, 0],
    along: 1,
    csa: 2,
    instanceNumber,
  });
  return Buffer.from(file);
}

async function enhanced(folder: string, copy: number): Promise<number> {
  const { path } = await madeMultiFrame({ folder, scale: 1, seed: copy });
  return (await stat(path)).size;
}

async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}

/** In the order of their figures. */
export const convertKinds: readonly ConvertKind[] = [
  {
    name: 'ct',
    title: 'CT of 300 x 512 x 512',
    goal: 'wall 1.5',
    product: 'nii',
    referees: plain,
    tools: [],
    write: ct,
  },
  {
    name: 'ct-gz',
    title: 'CT of 300 x 512 x 512',
    goal: 'wall 1.0 with pigz, 2 without',
    product: 'nii.gz',
    referees: [dcm2niix('dcm2niix -z y (pigz)', '-z y'), dcm2niix('dcm2niix -z i', '-z i')],
    tools: ['pigz'],
    write: ct,
  },
  {
    name: 'mr-4d',
    title: 'MR of 5,000 images',
    goal: 'wall 1.0',
    product: 'nii',
    referees: plain,
    tools: [],
    write: mr,
  },
  {
    name: 'mosaic',
    title: '100 mosaics of 36 x 64 x 64',
    goal: 'wall 1.0',
    product: 'nii',
    referees: plain,
    tools: [],
    write: mosaic,
  },
  {
    name: 'enhanced',
    title: 'Enhanced object of 200 frames of 512 x 512',
    goal: 'wall 1.0',
    product: 'nii',
    referees: plain,
    tools: [],
    write: enhanced,
  },
  codec('jpegls', 'JPEG-LS', 'wall 1.0', ['dcmcjpls'], [gdcmconv]),
  codec('jpeg-lossless', 'JPEG lossless', 'wall 1.0', ['dcmcjpeg']),
  codec('rle', 'RLE', 'wall 1.0', ['dcmcrle']),
  codec('jpeg-2000', 'JPEG 2000', 'wall 0.5', ['gdcmconv', '--j2k']),
];
