/**
 * Mosaics of a phantom that has each value once, in every orientation and order of tiles: each value
 * lies in the volume where the phantom has it, and the field's converter agrees where it can read the
 * file. What an element does not state is refused, never guessed.
 */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { judgeAll } from '../../tools/volumes/judge.ts';
import { judgeInstances } from '../../tools/volumes/judge-instances.ts';
import { type NiftiFile, readNifti } from '../../tools/volumes/nifti-file.ts';
import { type FoundSeries, readFolder } from '../../tools/volumes/read-folder.ts';
import { refereeOf } from '../../tools/volumes/referee.ts';
import { type MosaicOptions, makeMosaic, type Vector } from '../support/make-mosaic.ts';
import { requireTool } from '../support/require-tool.ts';
import { tempFolder } from '../support/temp.ts';
import { openMaker } from '../support/volume-maker.ts';

const orientations: Readonly<Record<string, readonly [Vector, Vector]>> = {
  axial: [
    [1, 0, 0],
    [0, 1, 0],
  ],
  coronal: [
    [1, 0, 0],
    [0, 0, -1],
  ],
  sagittal: [
    [0, 1, 0],
    [0, 0, -1],
  ],
  oblique: [
    [0.8, 0.6, 0],
    [-0.48, 0.64, 0.6],
  ],
};

const base = { rows: 12, columns: 10, spacingMm: [2, 2.5, 3], origin: [-30, -20, 15] } as const;
const plain = { shuffle: false, noRecords: true, twice: false, drop: 0 };

interface Case {
  readonly orientation: string;
  readonly along: 1 | -1;
  readonly reversed: boolean;
  readonly tiles: number;
  readonly csa: 1 | 2;
  readonly plainCount: boolean;
}

const several: readonly Case[] = Object.keys(orientations).flatMap((orientation) =>
  ([1, -1] as const).flatMap((along) =>
    [false, true].flatMap((reversed) =>
      [9, 7, 5].map((tiles, at) => ({
        orientation,
        along,
        reversed,
        tiles,
        csa: at === 2 ? (1 as const) : (2 as const),
        plainCount: at === 1,
      })),
    ),
  ),
);

const cases: readonly Case[] = [
  ...several,
  ...([1, -1] as const).map(
    (along): Case => ({
      orientation: 'oblique',
      along,
      reversed: false,
      tiles: 1,
      csa: 2,
      plainCount: false,
    }),
  ),
];

const titleOf = ({ orientation, along, reversed, tiles, csa, plainCount }: Case): string =>
  `${orientation}, ${tiles} tile${tiles === 1 ? '' : 's'} ${along === 1 ? 'along' : 'against'} the normal${reversed ? ', numbered backwards' : ''}, CSA${csa}${plainCount ? ' beside a plain count' : ''}`;

function optionsOf(of: Case, instanceNumber: number): MosaicOptions {
  const [rowDirection, columnDirection] = orientations[of.orientation] ?? assert.fail('a case');
  const { along, tiles, csa, plainCount } = of;
  const protocolSliceNumber = of.reversed ? tiles : 1;
  const shape = { ...base, rowDirection, columnDirection, along, tiles, csa, plainCount };
  return { ...shape, protocolSliceNumber, instanceNumber };
}

/** Two time points in a folder, and where their values lie. */
async function write(
  folder: string,
  options: readonly MosaicOptions[],
): Promise<{ readonly series: FoundSeries; readonly places: ReadonlyMap<number, Vector> }> {
  const input = join(folder, 'made');
  mkdirSync(input);
  const made = options.map(makeMosaic);
  for (const [at, { file }] of made.entries()) writeFileSync(join(input, `${at}.dcm`), file);
  const { series } = await readFolder(input);
  const places = new Map(made.flatMap((each) => [...each.places]));
  return { series: series[0] ?? assert.fail('a series'), places };
}

for (const each of cases) {
  test(titleOf(each), { skip: requireTool('dcm2niix') }, async (t) => {
    const folder = await tempFolder(t);
    const { series, places } = await write(folder, [optionsOf(each, 1), optionsOf(each, 2)]);
    const maker = await openMaker(folder);
    t.after(() => maker.close());
    const { files, refusals } = await maker.make(series, plain);
    assert.deepEqual(refusals, []);
    const volume = readNifti(files[0]?.bytes ?? assert.fail('a volume'));
    assert.deepEqual(volume.dim, [base.columns, base.rows, each.tiles, 2]);
    checkPlaces(volume, places);
    // The converter does not read the older header.
    if (each.csa === 1) return;
    const referee = await refereeOf(series, join(folder, 'referee'));
    const { judged, missing } = judgeAll([volume], referee);
    assert.deepEqual([judged.map(({ verdict }) => verdict), missing], [['right'], []]);
    const left = await maker.instances(series);
    assert.equal(left.files.length, 2 * each.tiles);
    const ours = await judgeInstances(series, left.files, join(folder, 'left'));
    // Ascending slices are what single images become, whatever the grid's order was.
    assert.ok(ours.judged.every(({ verdict }) => verdict === 'right' || verdict === 'turned'));
    assert.deepEqual(ours.missing, []);
  });
}

/** Every value lies where the phantom has it. */
function checkPlaces(volume: NiftiFile, places: ReadonlyMap<number, Vector>): void {
  const { dim, affine, voxels } = volume;
  const [nx = 1, ny = 1, nz = 1, nt = 1] = dim;
  let seen = 0;
  for (let at = 0; at < nx * ny * nz * nt; at += 1) {
    const value = voxels.readUInt16LE(2 * at);
    const [x, y, z] = places.get(value) ?? assert.fail(`value ${value} is of the phantom`);
    const [i, j, k] = [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny)) % nz];
    const world = [0, 1, 2].map((row) => {
      const cell = (column: number): number => affine[row * 4 + column] ?? 0;
      return cell(0) * i + cell(1) * j + cell(2) * k + cell(3);
    });
    const expected = [-x, -y, z];
    const isNear = world.every((mm, axis) => Math.abs(mm - (expected[axis] ?? 0)) < 0.01);
    assert.ok(isNear, `value ${value} lies at ${world.join(' ')}, not ${expected.join(' ')}`);
    seen += 1;
  }
  assert.equal(seen, places.size);
}

const unstated: Readonly<Record<string, Partial<MosaicOptions>>> = {
  'a plain count alone': { csa: 'none', plainCount: true },
  'no count and no direction': { csa: 'none' },
};

for (const [what, change] of Object.entries(unstated)) {
  test(`${what}: neither a volume nor an instance`, async (t) => {
    const folder = await tempFolder(t);
    const each: Case = {
      orientation: 'sagittal',
      along: 1,
      reversed: false,
      tiles: 5,
      csa: 2,
      plainCount: false,
    };
    const { series } = await write(folder, [{ ...optionsOf(each, 1), ...change }]);
    const maker = await openMaker(folder);
    t.after(() => maker.close());
    const withheld = { files: [], refusals: ['DEID_GRID'] };
    assert.deepEqual(await maker.make(series, plain), withheld);
    assert.deepEqual(await maker.instances(series), withheld);
  });
}
