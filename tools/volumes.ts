import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type MadeFile,
  type MadeSeries,
  type Maker,
  openMaker,
} from '../test/support/volume-maker.ts';
import type { TableVerdict } from './volumes/diffusion-tables.ts';
import { expectedOf } from './volumes/expected.ts';
import { type Judged, judgeAll, type References } from './volumes/judge.ts';
import { judgeInstances } from './volumes/judge-instances.ts';
import { type NiftiFile, readNifti } from './volumes/nifti-file.ts';
import { type FoundSeries, readFolder } from './volumes/read-folder.ts';
import { refereeOf } from './volumes/referee.ts';

// `npm run volumes -- FOLDER`: DICOM files through the real production, series by series.

const usage = `npm run volumes -- FOLDER... [options]
What becomes of the series below each FOLDER, by the real production: volumes, or the code of a refusal.
  --expected FILE   hold them against an expected.json (one FOLDER)
  --referee         hold them against what dcm2niix makes of the same files
  --deid            hold what dcm2niix makes of the instances as they leave against the originals
  --shuffle         instances come in random order
  --no-records      the archive answers no query about single images
  --twice           every instance comes twice
  --drop N          N instances of each series do not come: nothing may be made
  --products LIST   what is made of each stack, by commas; default: nii. Only nii is judged
  --json            one JSON object a series
Exit code 1 if a volume is WRONG, or one was made although instances did not come.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    expected: { type: 'string' },
    referee: { type: 'boolean', default: false },
    deid: { type: 'boolean', default: false },
    shuffle: { type: 'boolean', default: false },
    'no-records': { type: 'boolean', default: false },
    twice: { type: 'boolean', default: false },
    drop: { type: 'string', default: '0' },
    products: { type: 'string', default: 'nii' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** The form that is held against others. */
const judgedProduct = 'nii';
/** A longer list of a text is counted. */
const shownMax = 8;

if (values.help || positionals.length === 0) process.stdout.write(usage);
else await main(positionals);

/** What is said of a series. */
interface Row {
  readonly series: string;
  readonly instances: number;
  readonly volumes: readonly {
    readonly name: string;
    readonly dim: readonly number[];
    readonly affine: readonly number[];
    readonly slope: number;
    readonly intercept: number;
    readonly sha256: string;
    readonly verdict: Judged['verdict'] | undefined;
    readonly difference: string;
  }[];
  readonly refusals: readonly string[];
  /** Files that nothing is held against, and what texts of them say. */
  readonly others: readonly { readonly name: string; readonly text: string | undefined }[];
  /** Of the referee, which nothing of ours is. */
  readonly missing: readonly string[];
  /** The referee's diffusion tables, of instances as they leave. */
  readonly tables?: TableVerdict;
}

async function main(folders: readonly string[]): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'mdm-volumes-'));
  const rows: Row[] = [];
  let unreadable = 0;
  try {
    for (const folder of folders) {
      const found = await readFolder(folder);
      unreadable += found.unreadable.length;
      const expected =
        values.expected === undefined ? undefined : await expectedOf(values.expected);
      const pool = { left: expected };
      for (const series of found.series) {
        const isLast = series === found.series.at(-1);
        rows.push(await rowOf(series, { folder, work, pool, isLast }));
      }
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  if (!values.json) process.stdout.write(summary(rows, unreadable));
  if (rows.some(isWrong)) process.exitCode = 1;
}

/** Where a series is from, and what it is held against. */
interface Place {
  readonly folder: string;
  readonly work: string;
  /** Of an `expected.json`, what none of the folder's series was yet. */
  readonly pool: { left: References | undefined };
  readonly isLast: boolean;
}

async function rowOf(series: FoundSeries, place: Place): Promise<Row> {
  const { folder, work } = place;
  const scratch = await mkdtemp(join(work, 'series-'));
  const maker = await openMaker(scratch);
  try {
    if (values.deid) {
      const row = await instancesRow(series, { maker, folder, scratch });
      process.stdout.write(values.json ? `${JSON.stringify(row)}\n` : textOf(row));
      return row;
    }
    const made = await maker.make(series, {
      shuffle: values.shuffle,
      noRecords: values['no-records'],
      twice: values.twice,
      drop: Number(values.drop),
      products: values.products.split(','),
    });
    const row = await judgedRow(series, { made, place, scratch });
    process.stdout.write(values.json ? `${JSON.stringify(row)}\n` : textOf(row));
    return row;
  } finally {
    await maker.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

/** What the referee makes of the instances as they leave. */
async function instancesRow(
  series: FoundSeries,
  place: { readonly maker: Maker; readonly folder: string; readonly scratch: string },
): Promise<Row> {
  const { files, refusals } = await place.maker.instances(series);
  const judgement = await judgeInstances(series, files, place.scratch);
  const { names, judged, missing, volumes, tables } = judgement;
  return {
    series: seriesLabel(series, place.folder),
    instances: series.files.length,
    volumes: volumes.map((file, at) => volumeRow(names[at] ?? '', file, judged[at])),
    refusals,
    others: [],
    missing,
    tables,
  };
}

function volumeRow(
  name: string,
  { dim, affine, slope, intercept, sha256 }: NiftiFile,
  judged: Judged | undefined,
): Row['volumes'][number] {
  const { verdict, difference = '' } = judged ?? {};
  return { name, dim, affine, slope, intercept, sha256, verdict, difference };
}

async function judgedRow(
  series: FoundSeries,
  {
    made,
    place,
    scratch,
  }: { readonly made: MadeSeries; readonly place: Place; readonly scratch: string },
): Promise<Row> {
  const judged = made.files.filter(({ product }) => product === judgedProduct);
  const files = judged.map(({ name, bytes }) => ({ name, file: readNifti(bytes) }));
  const outcome = await verdicts();
  return {
    series: seriesLabel(series, place.folder),
    instances: series.files.length,
    volumes: files.map(({ name, file }, at) => volumeRow(name, file, outcome?.judged[at])),
    refusals: made.refusals,
    others: made.files.flatMap((file) => (judged.includes(file) ? [] : [otherOf(file)])),
    missing: outcome?.missing ?? [],
  };

  async function verdicts(): Promise<ReturnType<typeof judgeAll> | undefined> {
    const readable = files.map(({ file }) => file);
    if (values.referee)
      return judgeAll(readable, await refereeOf(series, join(scratch, 'referee')));
    const { left } = place.pool;
    if (left === undefined) return undefined;
    const all = judgeAll(readable, left);
    place.pool.left = new Map([...left].filter(([name]) => all.missing.includes(name)));
    return place.isLast ? all : { ...all, missing: [] };
  }
}

function otherOf({ name, product, bytes }: MadeFile): Row['others'][number] {
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  const told = product.endsWith('json')
    ? JSON.stringify(JSON.parse(bytes.toString()), shown)
    : undefined;
  return { name: `${name}.${product} ${digest}`, text: told };
}

function shown(_: string, value: unknown): unknown {
  return Array.isArray(value) && value.length > shownMax ? `${value.length} of them` : value;
}

function seriesLabel({ files }: FoundSeries, folder: string): string {
  return files[0]?.path.slice(0, files[0].path.lastIndexOf('/')) ?? folder;
}

function isWrong({ volumes, others, tables }: Row): boolean {
  return (
    tables === 'WRONG' ||
    volumes.some(({ verdict }) => verdict === 'WRONG') ||
    (Number(values.drop) > 0 && volumes.length + others.length > 0)
  );
}

function textOf(row: Row): string {
  const lines = row.volumes.map(({ name, dim, slope, intercept, sha256, verdict, difference }) => {
    const scale = `x ${Number(slope.toPrecision(7))} + ${Number(intercept.toPrecision(7))}`;
    const judged = [verdict ?? '', difference].filter((text) => text !== '').join(': ');
    return `  ${name} ${dim.join('x')} ${scale} ${sha256.slice(0, 16)} ${judged}\n`;
  });
  const refused = [...Map.groupBy(row.refusals, (code) => code)].map(
    ([code, { length }]) => `  refused ${code}${length > 1 ? ` (${length})` : ''}\n`,
  );
  const missing = row.missing.map((name) => `  not made: ${name}\n`);
  const tables =
    (row.tables ?? 'alike') === 'alike' ? [] : [`  b-values and directions ${row.tables}\n`];
  const others = row.others.map(
    ({ name, text }) => `  ${name}\n${text === undefined ? '' : `    ${text}\n`}`,
  );
  const all = [...lines, ...others, ...refused, ...missing, ...tables];
  return `${row.series} (${row.instances})\n${all.join('')}`;
}

function summary(rows: readonly Row[], unreadable: number): string {
  const counts = new Map<string, number>();
  const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
  for (const { volumes, refusals, missing } of rows) {
    for (const { verdict } of volumes) count(verdict ?? 'made');
    for (const code of refusals) count(code);
    for (const _ of missing) count('not made');
  }
  const table = [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const whole = rows.filter(
    ({ volumes, missing, refusals }) =>
      volumes.length > 0 && missing.length === 0 && refusals.length === 0,
  );
  return [
    `\n${rows.length} series, ${whole.length} made whole, ${unreadable} unreadable files`,
    ...table.map(([what, number]) => `${String(number).padStart(6)} ${what}`),
    '',
  ].join('\n');
}
