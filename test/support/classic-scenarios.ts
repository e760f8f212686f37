import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { judgeAll, type Verdict } from '../../tools/volumes/judge.ts';
import { judgeInstances } from '../../tools/volumes/judge-instances.ts';
import { readNifti } from '../../tools/volumes/nifti-file.ts';
import { type FoundSeries, readFolder } from '../../tools/volumes/read-folder.ts';
import { refereeOf } from '../../tools/volumes/referee.ts';
import { makeSeries, type SeriesOptions, writeSeries } from './make-series.ts';
import type { TestElement } from './part10-writer.ts';
import { requireTool } from './require-tool.ts';
import { tempFolder } from './temp.ts';
import { type MadeSeries, type MakeOptions, type Maker, openMaker } from './volume-maker.ts';

/** One image of a series: where it lies, and what it says beside what all say. */
interface Image {
  /** Of the slice distance, along the normal. */
  readonly place: number;
  readonly elements?: readonly TestElement[];
}

/** A series, and what is made of it. */
export interface Scenario {
  readonly images: readonly Image[];
  readonly options?: SeriesOptions;
  /** Of all images. */
  readonly common?: readonly TestElement[];
  /** Dimensions of the volumes, sorted. */
  readonly dims: readonly string[];
  /** Codes of what is not made. */
  readonly refusals?: readonly string[];
  /** What differs from the converter, and why that is right. */
  readonly differs?: { readonly verdicts: readonly Verdict[]; readonly reason: string };
  /** The images of the one volume, as they lie in it; where the converter cannot say. */
  readonly order?: readonly number[];
  /** Volumes of the converter that nothing here is. */
  readonly missing?: number;
  /** Whether the converter must read the instances as they leave as it reads the originals. */
  readonly checksInstances?: true;
}

/** 0 and on. */
export const range = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, at) => at);
const str = (values: readonly (string | number)[]): string => values.join('\\');

/** Every combination of a place and what varies; places change fastest. */
export function stackOf(
  places: number,
  variants: readonly (readonly TestElement[])[] = [[]],
): readonly Image[] {
  return variants.flatMap((elements) => range(places).map((place) => ({ place, elements })));
}

/** The same, where what varies changes fastest. */
export function byPlace(
  places: number,
  variants: readonly (readonly TestElement[])[],
): readonly Image[] {
  return range(places).flatMap((place) => variants.map((elements) => ({ place, elements })));
}

/** Image Type. */
export const type = (...words: readonly string[]): TestElement => [0x00080008, 'CS', str(words)];
/** Number and time of an echo. */
export const echo = (number: number, ms: number): readonly TestElement[] => [
  [0x00180081, 'DS', [ms]],
  [0x00180086, 'IS', [number]],
];
/** Manufacturer. */
export const maker = (name: string): TestElement => [0x00080070, 'LO', name];
/** Acquisition and Content Time. */
export const time = (seconds: number): readonly TestElement[] => [
  [0x00080032, 'TM', `1015${String(seconds).padStart(2, '0')}`],
  [0x00080033, 'TM', `1015${String(seconds).padStart(2, '0')}`],
];
/** A small MR. */
export const mr = { modality: 'MR', spacingMm: [2, 2, 3], rows: 16, columns: 20 } as const;
/** A small CT. */
export const ct = { modality: 'CT', spacingMm: [1, 1, 2], rows: 16, columns: 20 } as const;
/** Slice by slice. */
export const twoD: TestElement = [0x00180023, 'CS', '2D'];

function seriesOf({ images, options = mr, common = [] }: Scenario): SeriesOptions {
  const [a, b, c, d, e, f] = options.orientation ?? [1, 0, 0, 0, 1, 0];
  const normal = [b * f - c * e, c * d - a * f, a * e - b * d];
  const distance = options.spacingMm?.[2] ?? 1;
  return {
    ...options,
    slices: images.length,
    edit(index) {
      const { place = 0, elements = [] } = images[index] ?? {};
      const position = normal.map((axis) => axis * place * distance);
      return [[0x00200032, 'DS', position], ...common, ...elements];
    },
  };
}

async function checkInstances(series: FoundSeries, maker: Maker, folder: string): Promise<void> {
  await mkdir(folder);
  const { files } = await maker.instances(series);
  const { judged, missing } = await judgeInstances(series, files, folder);
  assert.ok(judged.length > 0 && judged.every(({ verdict }) => verdict === 'right'));
  assert.deepEqual(missing, []);
}

/** The images one behind the other, the last row of each first. */
function voxelsOf(scenario: Scenario, order: readonly number[]): Buffer {
  const options = seriesOf(scenario);
  const images = [...makeSeries(options)].map(({ pixels }) => pixels);
  const [rows, rowBytes] = [options.rows ?? 0, 2 * (options.columns ?? 0)];
  const planes = order.map((index) =>
    range(rows).map((row) => {
      const at = (rows - 1 - row) * rowBytes;
      return images[index]?.subarray(at, at + rowBytes) ?? new Uint8Array();
    }),
  );
  return Buffer.concat(planes.flat());
}

const plain: MakeOptions = { shuffle: false, noRecords: false, twice: false, drop: 0 };
const ways: readonly MakeOptions[] = [
  plain,
  { ...plain, shuffle: true, noRecords: true },
  { ...plain, shuffle: true, twice: true },
];

const digestsOf = (made: MadeSeries): readonly string[] =>
  [
    ...made.files.map(({ name, bytes }) => `${name} ${readNifti(bytes).sha256}`),
    ...made.refusals,
  ].toSorted();

/** A test for each. */
export function testScenarios(scenarios: Readonly<Record<string, Scenario>>): void {
  for (const [name, scenario] of Object.entries(scenarios)) testScenario(name, scenario);
}

function testScenario(name: string, scenario: Scenario): void {
  test(name, { skip: requireTool('dcm2niix') }, async (t) => {
    const folder = await tempFolder(t);
    await writeSeries(join(folder, 'made'), seriesOf(scenario));
    const { series } = await readFolder(join(folder, 'made'));
    const [only] = series;
    assert.ok(only !== undefined && series.length === 1);
    const maker = await openMaker(folder);
    t.after(() => maker.close());
    const made = await maker.make(only, plain);
    for (const way of ways) {
      assert.deepEqual(digestsOf(await maker.make(only, way)), digestsOf(made), 'any way');
    }
    const volumes = made.files.map(({ bytes }) => readNifti(bytes));
    assert.deepEqual(volumes.map(({ dim }) => dim.join('x')).toSorted(), scenario.dims);
    assert.deepEqual([...new Set(made.refusals)], scenario.refusals ?? []);
    if (scenario.order !== undefined) {
      assert.deepEqual(volumes[0]?.voxels, voxelsOf(scenario, scenario.order));
    }
    const referee = await refereeOf(only, join(folder, 'referee'));
    const { judged, missing } = judgeAll(volumes, referee);
    const verdicts = judged.map(({ verdict, difference }) => `${verdict} ${difference}`.trim());
    const allowed = scenario.differs?.verdicts ?? ['right'];
    assert.deepEqual(
      verdicts.filter((verdict) => !allowed.some((each) => verdict.split(' ', 1)[0] === each)),
      [],
    );
    assert.equal(missing.length, scenario.missing ?? 0, missing.join(', '));
    if (scenario.checksInstances) await checkInstances(only, maker, join(folder, 'instances'));
  });
}
