/**
 * When slices were acquired, of series that state it slice by slice: the sidecar has what the field's
 * converter has. Beyond one repetition it says nothing, where the converter still does.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readFolder } from '../../tools/volumes/read-folder.ts';
import { refereeOf } from '../../tools/volumes/referee.ts';
import { type SeriesOptions, writeSeries } from '../support/make-series.ts';
import { requireTool } from '../support/require-tool.ts';
import { tempFolder } from '../support/temp.ts';
import { openMaker } from '../support/volume-maker.ts';

const places = 4;
const repetitionSeconds = 2;

interface Case {
  /** Of each slice of the first volume, in seconds from its begin. */
  readonly seconds: readonly number[];
  /** When the first volume begins, in seconds since midnight. */
  readonly begin?: number;
  readonly maker?: string;
  /** What the converter says, and what is said here, which is right where they differ. */
  readonly theirs: readonly number[] | undefined;
  readonly ours: readonly number[] | undefined;
}

const interleaved = [0, 1, 0.5, 1.5];

const cases: Readonly<Record<string, Case>> = {
  'Siemens, a slice an image': { seconds: interleaved, theirs: interleaved, ours: interleaved },
  'Siemens, two slices at once': {
    seconds: [0, 1, 0, 1],
    theirs: [0, 1, 0, 1],
    ours: [0, 1, 0, 1],
  },
  'Siemens, across midnight': {
    seconds: interleaved,
    begin: 86_399.25,
    // It does not see that the day changes.
    theirs: [32_679, 0, 32_679.5, 0.5],
    ours: interleaved,
  },
  'Siemens, one volume in several turns of many repetitions': {
    seconds: [0, 20, 10, 30],
    theirs: [0, 20, 10, 30],
    ours: undefined,
  },
  'another maker, whose clock tells other things': {
    seconds: interleaved,
    maker: 'Hitachi Medical Corporation',
    theirs: undefined,
    ours: undefined,
  },
};

/** HHMMSS.FFFFFF of seconds since midnight. */
function clock(seconds: number): string {
  const whole = Math.floor(seconds) % 86_400;
  const parts = [whole / 3600, (whole / 60) % 60, whole % 60].map((part) =>
    String(Math.floor(part)).padStart(2, '0'),
  );
  return `${parts.join('')}.${(seconds % 1).toFixed(6).slice(2)}`;
}

function seriesOf({ seconds, begin = 36_930, maker = 'SIEMENS' }: Case): SeriesOptions {
  return {
    modality: 'MR',
    slices: 3 * places,
    rows: 16,
    columns: 20,
    spacingMm: [2, 2, 3],
    edit(index) {
      const [place, volume] = [index % places, Math.floor(index / places)];
      const at = begin + volume * repetitionSeconds + (seconds[place] ?? 0);
      return [
        [0x00080031, 'TM', clock(begin - 3)],
        [0x00080032, 'TM', clock(at)],
        [0x00080070, 'LO', maker],
        [0x00180020, 'CS', 'EP'],
        [0x00180023, 'CS', '2D'],
        [0x00180080, 'DS', [repetitionSeconds * 1000]],
        [0x00180088, 'DS', [3]],
        [0x00200012, 'IS', [volume + 1]],
        [0x00200032, 'DS', [-10, -20, 3 * place]],
      ];
    },
  };
}

for (const [name, one] of Object.entries(cases)) {
  test(name, { skip: requireTool('dcm2niix') }, async (t) => {
    const folder = await tempFolder(t);
    await writeSeries(join(folder, 'made'), seriesOf(one));
    const { series } = await readFolder(join(folder, 'made'));
    const [only] = series;
    assert.ok(only !== undefined && series.length === 1);
    const maker = await openMaker(folder);
    t.after(() => maker.close());
    const options = { shuffle: true, noRecords: false, twice: false, drop: 0 };
    const { files } = await maker.make(only, { ...options, products: ['json'] });
    const ours = JSON.parse(String(files[0]?.bytes)) as { readonly SliceTiming?: unknown };
    assert.deepEqual(ours.SliceTiming, one.ours);
    const [reference = ''] = (await refereeOf(only, join(folder, 'referee'))).keys();
    const sidecar = join(folder, 'referee', 'out', reference.replace(/\.nii$/, '.json'));
    const theirs = JSON.parse(await readFile(sidecar, 'utf8')) as {
      readonly SliceTiming?: number[];
    };
    assert.deepEqual(theirs.SliceTiming, one.theirs);
  });
}
