/**
 * Diffusion as classic images of several makers state it, each in its own elements: the tables beside
 * a volume are the field converter's, and instances as they leave give it the same tables or none,
 * never others.
 */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  judgeTables,
  readTables,
  type TableVerdict,
} from '../../tools/volumes/diffusion-tables.ts';
import { judgeInstances } from '../../tools/volumes/judge-instances.ts';
import { readFolder } from '../../tools/volumes/read-folder.ts';
import { refereeOf } from '../../tools/volumes/referee.ts';
import { writeSeries } from '../support/make-series.ts';
import type { TestElement } from '../support/part10-writer.ts';
import { requireTool } from '../support/require-tool.ts';
import { tempFolder } from '../support/temp.ts';
import { openMaker } from '../support/volume-maker.ts';

type Vector = readonly [number, number, number];

/** Of each volume: s/mm2, and a direction in the patient's LPS frame. */
const weightings: readonly { readonly b: number; readonly direction: Vector }[] = [
  { b: 0, direction: [0, 0, 0] },
  { b: 1000, direction: [1, 0, 0] },
  { b: 1000, direction: [0, 0.6, 0.8] },
  { b: 2000, direction: [0.8, 0, -0.6] },
  { b: 2000, direction: [0.48, 0.64, 0.6] },
];
const places = 5;
const spacing = 3;

const floats = (values: readonly number[], bytes: 4 | 8): Uint8Array =>
  new Uint8Array((bytes === 4 ? Float32Array : Float64Array).from(values).buffer);

interface MakerCase {
  readonly maker: string;
  /** What instances as they leave give of it. */
  readonly instances: TableVerdict;
  /** Direction cosines of rows and columns. */
  readonly orientation?: readonly [number, number, number, number, number, number];
  readonly elements: (b: number, direction: Vector, volume: number) => readonly TestElement[];
}

const oblique = [1, 0, 0, 0, 0.8, 0.6] as const;

/** Left out where there is no weighting. */
const publicElements = (b: number, direction: Vector): readonly TestElement[] =>
  b === 0
    ? []
    : [
        [0x00189087, 'FD', floats([b], 8)],
        [0x00189089, 'FD', floats(direction, 8)],
      ];

const geElements = (b: number, [x, y, z]: Vector): readonly TestElement[] => [
  [0x00181312, 'CS', 'COL'],
  [0x00190010, 'LO', 'GEMS_ACQU_01'],
  [0x001910bb, 'DS', [x]],
  [0x001910bc, 'DS', [y]],
  [0x001910bd, 'DS', [z]],
  [0x00430010, 'LO', 'GEMS_PARM_01'],
  [0x00431039, 'IS', [b, 8, 0, 0]],
];

const philipsElements = (b: number, [x, y, z]: Vector): readonly TestElement[] => [
  [0x20010010, 'LO', 'Philips Imaging DD 001'],
  [0x20011003, 'FL', floats([b], 4)],
  [0x20050010, 'LO', 'Philips MR Imaging DD 001'],
  [0x200510b0, 'FL', floats([x], 4)],
  [0x200510b1, 'FL', floats([y], 4)],
  [0x200510b2, 'FL', floats([z], 4)],
];

const cases: Readonly<Record<string, MakerCase>> = {
  'Siemens, in its private group': {
    maker: 'SIEMENS',
    instances: 'alike',
    orientation: oblique,
    elements: (b, direction) => [
      [0x00190010, 'LO', 'SIEMENS MR HEADER'],
      [0x0019100c, 'IS', [b]],
      ...(b === 0 ? [] : [[0x0019100e, 'FD', floats(direction, 8)] as const]),
    ],
  },
  'Philips, in its private groups': {
    maker: 'Philips Medical Systems',
    instances: 'alike',
    orientation: oblique,
    elements: philipsElements,
  },
  'Philips, in the order that it states': {
    maker: 'Philips Medical Systems',
    instances: 'alike',
    elements: (b, direction, volume) => [
      ...philipsElements(b, direction),
      [0x00200100, 'IS', [1]],
      [0x00200105, 'IS', [1]],
      [0x20050014, 'LO', 'Philips MR Imaging DD 005'],
      [0x20051412, 'IS', [b === 0 ? 1 : 2]],
      [0x20051413, 'IS', [volume + 1]],
      [0x20050015, 'LO', 'Philips MR Imaging DD 006'],
      [0x20051596, 'IS', [weightings.length - volume]],
    ],
  },
  'Philips, in the order of its b-values and gradients': {
    maker: 'Philips Medical Systems',
    instances: 'alike',
    elements: (b, direction, volume) => [
      ...philipsElements(b, direction),
      [0x20050014, 'LO', 'Philips MR Imaging DD 005'],
      [0x20051412, 'IS', [b === 0 ? 1 : 2]],
      [0x20051413, 'IS', [weightings.length - volume]],
    ],
  },
  'Toshiba, in public elements': {
    maker: 'TOSHIBA',
    instances: 'alike',
    elements: publicElements,
  },
  'GE, along the axes of the scan': {
    maker: 'GE MEDICAL SYSTEMS',
    instances: 'left out',
    elements: geElements,
  },
  'GE, with a public b-value': {
    maker: 'GE MEDICAL SYSTEMS',
    instances: 'left out',
    elements: (b, direction) => [
      ...(b === 0 ? [] : [[0x00189087, 'FD', floats([b], 8)] as const]),
      ...geElements(b, direction),
    ],
  },
  'GE, in public elements too': {
    maker: 'GE MEDICAL SYSTEMS, LLC',
    instances: 'left out',
    // Its own vector is along frequency and phase, which run against the patient's axes here.
    elements: (b, [x, y, z]) => [
      [0x00189087, 'FD', floats([b], 8)],
      [0x00189089, 'FD', floats([-x, -y, z], 8)],
      ...geElements(b, [x, y, z]),
    ],
  },
  'UIH, in public elements too': {
    maker: 'UIH',
    instances: 'left out',
    elements: (b, direction) => [
      ...publicElements(b, direction),
      [0x00650010, 'LO', 'Image Private Header'],
      [0x00651009, 'FD', floats([b], 8)],
      ...(b === 0 ? [] : [[0x00651037, 'FD', floats(direction, 8)] as const]),
    ],
  },
  'Toshiba, by another name': {
    maker: 'TOSHIBA_MEC_MR3',
    instances: 'alike',
    elements: publicElements,
  },
  'Canon, in a comment': {
    maker: 'CANON_MEC',
    instances: 'left out',
    orientation: oblique,
    elements: (b, direction) =>
      b === 0
        ? []
        : [
            [0x00189087, 'FD', floats([b], 8)],
            [0x00204000, 'LT', `b=${b}(${direction.join(',')})`],
          ],
  },
  'UIH, in its private group': {
    maker: 'UIH',
    instances: 'left out',
    elements: (b, direction) => [
      [0x00650010, 'LO', 'Image Private Header'],
      [0x00651009, 'FD', floats([b], 8)],
      ...(b === 0 ? [] : [[0x00651037, 'FD', floats(direction, 8)] as const]),
    ],
  },
};

function slicesOf({ maker, elements, orientation }: MakerCase): Parameters<typeof writeSeries>[1] {
  const [a, b, c, d, e, f] = orientation ?? [1, 0, 0, 0, 1, 0];
  const normal = [b * f - c * e, c * d - a * f, a * e - b * d];
  return {
    modality: 'MR',
    slices: places * weightings.length,
    rows: 16,
    columns: 20,
    spacingMm: [2, 2, spacing],
    orientation: [a, b, c, d, e, f],
    edit(index) {
      const [place, volume] = [index % places, Math.floor(index / places)];
      const { b: bValue = 0, direction = [0, 0, 0] as const } = weightings[volume] ?? {};
      const position = normal.map((axis) => axis * place * spacing);
      return [
        [0x00080008, 'CS', 'ORIGINAL\\PRIMARY\\DIFFUSION\\NONE'],
        [0x00080070, 'LO', maker],
        [0x00180020, 'CS', 'EP'],
        [0x00180023, 'CS', '2D'],
        [0x00180088, 'DS', [spacing]],
        [0x00200032, 'DS', position],
        [0x00200012, 'IS', [volume + 1]],
        ...elements(bValue, direction, volume),
      ];
    },
  };
}

for (const [name, one] of Object.entries(cases)) {
  test(name, { skip: requireTool('dcm2niix') }, async (t) => {
    const folder = await tempFolder(t);
    await writeSeries(join(folder, 'made'), slicesOf(one));
    const { series } = await readFolder(join(folder, 'made'));
    const [only] = series;
    assert.ok(only !== undefined && series.length === 1);
    const maker = await openMaker(folder);
    t.after(() => maker.close());
    const volume = await maker.make(only, {
      shuffle: true,
      noRecords: false,
      twice: false,
      drop: 0,
      products: ['bval', 'bvec'],
    });
    assert.deepEqual(volume.refusals, []);
    await mkdir(join(folder, 'tables'));
    for (const { product, bytes } of volume.files) {
      await writeFile(join(folder, 'tables', `o.${product}`), bytes);
    }
    await refereeOf(only, join(folder, 'referee'));
    const theirs = await readTables(join(folder, 'referee', 'out'));
    assert.equal(theirs.size, 2);
    assert.equal(judgeTables(await readTables(join(folder, 'tables')), theirs), 'alike');
    const { files, refusals } = await maker.instances(only);
    assert.deepEqual(refusals, []);
    const left = await judgeInstances(only, files, join(folder, 'left'));
    assert.equal(left.tables, one.instances);
    assert.deepEqual([left.judged.map(({ verdict }) => verdict), left.missing], [['right'], []]);
  });
}
