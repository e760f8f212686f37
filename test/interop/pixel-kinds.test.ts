/**
 * Images of every kind of pixels: what pydicom sees in them is in their volumes, and in the instances
 * that leave. Of images that DCMTK writes big endian, or in RLE, it is what pydicom sees in those that it
 * makes them of: it swaps no bytes of words that hold two pixels, or entries of a table.
 */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readNifti } from '../../tools/volumes/nifti-file.ts';
import { type FoundSeries, readFolder } from '../../tools/volumes/read-folder.ts';
import { requireData, testData } from '../support/data.ts';
import { requirePython, requireTool, systemPython } from '../support/require-tool.ts';
import { tempFolder } from '../support/temp.ts';
import { type MakeOptions, openMaker } from '../support/volume-maker.ts';

const script = fileURLToPath(new URL('./pixel_kinds.py', import.meta.url));
const python = (...words: readonly string[]): string =>
  execFileSync(systemPython, ['-W', 'ignore', script, ...words], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });

/** What the referee makes of an image. */
interface Seen {
  readonly rows: number;
  readonly frames: number;
  readonly pixels: Buffer;
}

function seenIn(paths: readonly string[]): readonly Seen[] {
  const lines = python('read', ...paths)
    .trim()
    .split('\n');
  return lines.map((line) => {
    const seen = JSON.parse(line) as { rows: number; frames: number; pixels: string };
    return { ...seen, pixels: Buffer.from(seen.pixels, 'base64') };
  });
}

/** As a volume has it: rows bottom up. */
function bottomUp({ rows, frames, pixels }: Seen): Buffer {
  const rowBytes = pixels.length / (rows * frames);
  const turned = Array.from({ length: rows * frames }, (_, at) => {
    const row = at - (at % rows) + (rows - 1 - (at % rows));
    return pixels.subarray(row * rowBytes, (row + 1) * rowBytes);
  });
  return Buffer.concat(turned);
}

/** The images of a folder in another transfer syntax. */
async function converted(
  folder: string,
  to: string,
  [program, ...words]: Program,
): Promise<string> {
  await mkdir(to);
  const names = await readdir(folder);
  await Promise.all(
    names.map((name) => run(program, [...words, join(folder, name), join(to, name)])),
  );
  return to;
}

const run = promisify(execFile);

type Program = readonly [string, ...string[]];

/** A transfer syntax in which images are judged too: what writes it, and what reads it. */
interface Syntax {
  readonly to: Program;
  readonly from: Program;
}

const syntaxes: Readonly<Record<string, Syntax>> = {
  native: { to: ['dcmconv', '+te'], from: ['dcmconv', '+te'] },
  'big endian': { to: ['dcmconv', '+tb'], from: ['dcmconv', '+te'] },
  RLE: { to: ['dcmcrle'], from: ['dcmdrle'] },
  // Little endian but for the pixels; GDCM knows it.
  'private of GE': {
    to: [systemPython, '-W', 'ignore', script, 'swap'],
    from: ['gdcmconv', '--explicit', '--raw'],
  },
};

/** DCMTK packs no bits, and only images of 16 are made as GE did. */
function isMade(kind: string, syntax: string): boolean {
  if (syntax === 'private of GE') return /^grey-(12|.2)$/.test(kind);
  return syntax !== 'RLE' || !/^(bit|float)/.test(kind);
}

/** DCMTK swaps words of 16 bits, as the standard has it; pydicom and dcm2niix read words of 32. */
const isKnown = (kind: string, syntax: string): boolean =>
  syntax !== 'big endian' || !/^(grey-.4|rgb-32)/.test(kind);

async function pathsIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).toSorted().map((name) => join(folder, name));
}

async function seriesIn(folder: string): Promise<FoundSeries> {
  const [one, another] = (await readFolder(folder)).series;
  assert.ok(one !== undefined && another === undefined, folder);
  return one;
}

const options: MakeOptions = { shuffle: true, noRecords: false, twice: false, drop: 0 };
const texts = (seen: readonly Seen[]): readonly string[] =>
  seen.map(({ pixels }) => pixels.toString('base64')).toSorted();

test('volumes and instances have the pixels that pydicom sees', {
  skip: requirePython('pydicom', 'numpy') || requireTool('dcmconv', 'dcmcrle', 'gdcmconv'),
  timeout: 180_000,
}, async (t) => {
  const folder = await tempFolder(t);
  python('make', folder);
  const maker = await openMaker(await tempFolder(t));
  t.after(() => maker.close());

  /** Images of a kind in a transfer syntax: the voxels made of them, and their instances as native ones. */
  async function madeOf(kind: string, name: string, { to, from }: Syntax) {
    const path = await converted(join(folder, kind), join(folder, `${kind}, ${name}`), to);
    const series = await seriesIn(path);
    const { files, refusals } = await maker.make(series, options);
    const instances = await maker.instances(series);
    const isTold = isKnown(kind, name);
    assert.deepEqual(
      refusals,
      isTold ? [] : ['VOLUME_PIXEL_FORMAT_UNSUPPORTED'],
      `${kind}, ${name}`,
    );
    assert.deepEqual(instances.refusals, [], `${kind}, ${name}`);
    const left = await tempFolder(t);
    for (const [index, { bytes }] of instances.files.entries()) {
      await writeFile(join(left, `${index}.dcm`), bytes);
    }
    const voxels = isTold ? readNifti(files[0]?.bytes ?? Buffer.alloc(0)).voxels : undefined;
    const paths = await pathsIn(await converted(left, `${left}-native`, from));
    return { kind, name, voxels, paths };
  }

  const kinds = await readdir(folder);
  assert.ok(kinds.length >= 20, kinds.join());
  const made = [];
  for (const kind of kinds) {
    for (const [name, syntax] of Object.entries(syntaxes)) {
      if (isMade(kind, name)) made.push(await madeOf(kind, name, syntax));
    }
  }
  const originals = await Promise.all(kinds.map((kind) => pathsIn(join(folder, kind))));
  const paths = [...originals.flat(), ...made.flatMap((one) => one.paths)];
  const images = seenIn(paths);
  const seenAt = (some: readonly string[]): readonly Seen[] =>
    some.map((path) => images[paths.indexOf(path)] ?? assert.fail(path));
  for (const { kind, name, voxels, paths: left } of made) {
    const seen = seenAt(originals[kinds.indexOf(kind)] ?? []);
    const turned = Buffer.concat(seen.map(bottomUp));
    assert.ok(voxels?.equals(turned) !== false, `the volume of ${kind}, ${name}`);
    assert.deepEqual(texts(seenAt(left)), texts(seen), `the instances of ${kind}, ${name}`);
  }
});

for (const [name, others] of Object.entries({
  liver: ['liver_rle', 'liver_j2k'],
  liver_nonbyte_aligned: ['liver_nonbyte_aligned_rle'],
  parametric_map_float: [],
  parametric_map_double_float: [],
})) {
  test(`pixels of ${name}, however they are coded, are those that pydicom sees`, {
    skip: requirePython('pydicom', 'numpy') || requireData('zoo/pydicom-data'),
  }, async (t) => {
    const maker = await openMaker(await tempFolder(t));
    t.after(() => maker.close());
    const pathOf = (file: string): string =>
      join(testData('zoo/pydicom-data') ?? '', `${file}.dcm`);
    const expected = seenIn([pathOf(name)]).map(bottomUp);
    for (const file of [name, ...others]) {
      const folder = await tempFolder(t);
      await copyFile(pathOf(file), join(folder, 'image.dcm'));
      const { files, refusals } = await maker.make(await seriesIn(folder), options);
      assert.deepEqual(refusals, [], file);
      const { voxels } = readNifti(files[0]?.bytes ?? Buffer.alloc(0));
      assert.ok(voxels.equals(Buffer.concat(expected)), file);
    }
  });
}
