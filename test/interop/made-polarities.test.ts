/**
 * GE's sequence that encodes phase both ways and stores rows of what is reversed last first: volumes
 * and their sidecars are what the field's converter makes, which knows it by private elements; and of
 * instances as they leave, where those are gone, it makes the same voxels at the same places.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { judgeAll } from '../../tools/volumes/judge.ts';
import { judgeInstances } from '../../tools/volumes/judge-instances.ts';
import { readNifti } from '../../tools/volumes/nifti-file.ts';
import { type FoundSeries, readFolder } from '../../tools/volumes/read-folder.ts';
import { refereeOf } from '../../tools/volumes/referee.ts';
import { type SeriesOptions, writeSeries } from '../support/make-series.ts';
import type { TestElement } from '../support/part10-writer.ts';
import { requireTool } from '../support/require-tool.ts';
import { tempFolder } from '../support/temp.ts';
import { type MakeOptions, type Maker, openMaker } from '../support/volume-maker.ts';

const places = 4;
const volumes = 5;
const corner = [-10, -20, 30];

/** User data by which the scanner says that lines follow each other forward. */
const userData = Buffer.alloc(2000);
userData.writeUInt16LE(100, 24);
userData.writeFloatLE(24, 100);
userData.writeUInt16LE(0x0800, 100 + 0x3a);

interface Case {
  readonly mode: string;
  /** Without: the header does not number volumes. */
  readonly isNumbered?: false;
  /** What ends the names of volumes, and along which axis of the file phase is encoded; sorted. */
  readonly made: readonly string[];
  readonly dims: readonly string[];
  /** What the converter makes of instances that leave beside what it makes of the originals, sorted. */
  readonly left: readonly string[];
  readonly orientation?: SeriesOptions['orientation'];
}

const forward = ' Unflipped j-';
const reversed = '_rev Flipped j';

const cases: Readonly<Record<string, Case>> = {
  forward: { mode: '0.000000', made: [forward], dims: ['20x16x4x5'], left: ['right'] },
  reversed: { mode: '1.000000', made: [reversed], dims: ['20x16x4x5'], left: ['turned'] },
  'in turns, reversed first': {
    mode: '2.000000',
    made: [forward, reversed],
    dims: ['20x16x4x2', '20x16x4x3'],
    left: ['right', 'turned'],
  },
  'in turns, forward first': {
    mode: '3.000000',
    made: [forward, reversed],
    dims: ['20x16x4x2', '20x16x4x3'],
    left: ['right', 'turned'],
  },
  'in turns, oblique': {
    mode: '2.000000',
    orientation: [0.99005, 0.1, 0.099, -0.13243, 0.9001, 0.41508],
    made: [forward, reversed],
    dims: ['20x16x4x2', '20x16x4x3'],
    left: ['right', 'turned'],
  },
  'reversed, volumes that nothing numbers': {
    mode: '1.000000',
    isNumbered: false,
    made: [reversed],
    dims: ['20x16x4x5'],
    left: ['turned'],
  },
};

function seriesOf({
  mode,
  isNumbered,
  orientation = [1, 0, 0, 0, 1, 0],
}: Omit<Case, 'made' | 'dims' | 'left'>): SeriesOptions {
  const [a, b, c, d, e, f] = orientation;
  const normal = [b * f - c * e, c * d - a * f, a * e - b * d];
  return {
    modality: 'MR',
    slices: places * volumes,
    rows: 16,
    columns: 20,
    spacingMm: [2.5, 2, 3],
    orientation,
    edit(index): readonly TestElement[] {
      const [place, volume] = [index % places, Math.floor(index / places)];
      return [
        [0x00080070, 'LO', 'GE MEDICAL SYSTEMS'],
        [0x00180020, 'CS', 'EP'],
        [0x00180023, 'CS', '2D'],
        [0x00181312, 'CS', 'COL'],
        [0x00190010, 'LO', 'GEMS_ACQU_01'],
        [0x0019109c, 'LO', 'epi_pepolar'],
        [0x001910b3, 'DS', mode],
        [0x00200020, 'CS', 'L\\P'],
        [0x00200032, 'DS', normal.map((axis, at) => (corner[at] ?? 0) + axis * place * 3)],
        ...(isNumbered === false ? [] : [[0x00200100, 'IS', [volume + 1]] as const]),
        [0x00430010, 'LO', 'GEMS_PARM_01'],
        [0x0043102a, 'OB', userData],
      ];
    },
  };
}

interface Made {
  readonly only: FoundSeries;
  readonly maker: Maker;
  readonly folder: string;
}

async function made(t: Parameters<typeof tempFolder>[0], options: SeriesOptions): Promise<Made> {
  const folder = await tempFolder(t);
  await writeSeries(join(folder, 'made'), options);
  const { series } = await readFolder(join(folder, 'made'));
  const [only] = series;
  assert.ok(only !== undefined && series.length === 1);
  const maker = await openMaker(folder);
  t.after(() => maker.close());
  return { only, maker, folder };
}

const plain: MakeOptions = { shuffle: false, noRecords: false, twice: false, drop: 0 };
const ways: readonly MakeOptions[] = [
  plain,
  { ...plain, shuffle: true, noRecords: true },
  { ...plain, shuffle: true, twice: true },
];

/** How a sidecar says that phase is encoded. */
function phaseOf(sidecar: Buffer | string): string {
  const said = JSON.parse(String(sidecar)) as Readonly<Record<string, string | undefined>>;
  return `${said['PhaseEncodingPolarityGE']} ${said['PhaseEncodingDirection']}`;
}

for (const [name, one] of Object.entries(cases)) {
  test(name, { skip: requireTool('dcm2niix') }, async (t) => {
    const { only, maker, folder } = await made(t, seriesOf(one));
    const referee = await refereeOf(only, join(folder, 'referee'));
    const theirPhases = [...referee.keys()].map((file) =>
      readFile(join(folder, 'referee', 'out', file.replace(/\.nii$/, '.json')), 'utf8'),
    );
    for (const way of ways) {
      const { files, refusals } = await maker.make(only, { ...way, products: ['nii', 'json'] });
      assert.deepEqual(refusals, []);
      const images = files.filter(({ product }) => product === 'nii');
      const outputs = images.map(({ bytes }) => readNifti(bytes));
      const { judged, missing } = judgeAll(outputs, referee);
      assert.deepEqual(new Set(judged.map(({ verdict }) => verdict)), new Set(['right']));
      assert.deepEqual(missing, []);
      assert.deepEqual(outputs.map(({ dim }) => dim.join('x')).toSorted(), one.dims);
      const phases = files
        .filter(({ product }) => product === 'json')
        .map((file) => `${file.name.replace(/^v-[0-9a-z]+/, '')} ${phaseOf(file.bytes)}`);
      assert.deepEqual(phases.toSorted(), one.made);
      assert.deepEqual(
        phases.map((phase) => phase.replace(/^\S* /, '')).toSorted(),
        (await Promise.all(theirPhases)).map(phaseOf).toSorted(),
      );
    }
    const left = await maker.instances(only);
    assert.deepEqual(left.refusals, []);
    const { judged, missing } = await judgeInstances(only, left.files, join(folder, 'left'));
    assert.deepEqual(judged.map(({ verdict }) => verdict).toSorted(), one.left);
    assert.deepEqual(missing, []);
  });
}

test('in turns, volumes that nothing numbers: nothing is made, and nothing leaves', async (t) => {
  const { only, maker } = await made(t, seriesOf({ mode: '2.000000', isNumbered: false }));
  const { files, refusals } = await maker.make(only, plain);
  assert.deepEqual([files, new Set(refusals)], [[], new Set(['DEID_FACT_NOT_KEPT'])]);
  const left = await maker.instances(only);
  assert.deepEqual([left.files, new Set(left.refusals)], [[], new Set(['DEID_FACT_NOT_KEPT'])]);
});
