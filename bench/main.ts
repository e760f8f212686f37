import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findTool } from '../test/support/require-tool.ts';
import { projectRoot } from '../tools/project-root.ts';
import { conversions } from './convert.ts';
import type { Figure } from './figure.ts';
import { keyBatches } from './keys.ts';
import { measure } from './measure.ts';
import { multiFrame } from './multi-frame.ts';
import { sealRate } from './seal-rate.ts';
import { storeReceive } from './store-receive.ts';
import { formatTable } from './table.ts';
import { wholeJob } from './whole-job.ts';

// `npm run bench`: the project's figures beside those of other tools, on this machine, in one run.
// It fails nothing: a figure that falls short is read, not enforced.

// As `bin/mdm.mjs` runs the services: compiled modules are kept.
process.env['NODE_COMPILE_CACHE'] ??= join(projectRoot, '.cache', 'compiled');

const figures: readonly Figure[] = [
  storeReceive,
  wholeJob,
  multiFrame,
  keyBatches,
  sealRate,
  ...conversions,
];

const { values } = parseArgs({
  options: {
    figure: { type: 'string', multiple: true },
    rounds: { type: 'string' },
    scale: { type: 'string', default: '1' },
    folder: { type: 'string', default: tmpdir() },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  process.stdout.write(`npm run bench -- [--figure NAME]... [--rounds N] [--scale 0.1] [--folder DIR] [--json]
Figures: ${figures.map(({ name }) => name).join(', ')}. --folder /dev/shm takes the disk out of it.\n`);
} else {
  if (!values.json) process.stdout.write(`${machine()}\n`);
  for (const figure of figures.filter(isChosen)) await report(figure);
}

function isChosen({ name }: Figure): boolean {
  return values.figure === undefined || values.figure.includes(name);
}

async function report(figure: Figure): Promise<void> {
  const missing = figure.tools.filter((tool) => findTool(tool) === undefined);
  if (missing.length > 0) {
    process.stdout.write(`\n### ${figure.title}\n\nNot measured: ${missing.join(', ')} absent.\n`);
    return;
  }
  const rounds = Number(values.rounds ?? figure.rounds);
  const releases: (() => Promise<void> | void)[] = [];
  const owner = { after: (one: () => Promise<void> | void) => releases.push(one) };
  const folder = await mkdtemp(join(values.folder, 'mdm-bench-'));
  releases.push(() => rm(folder, { recursive: true, force: true }));
  try {
    const prepared = await figure.prepare({ owner, folder, scale: Number(values.scale), rounds });
    const rows = await measure(prepared.contestants, rounds);
    await prepared.verify();
    const { sizeBytes, absent } = prepared;
    const remarks = prepared.remarks?.() ?? [];
    if (values.json) {
      const record = { figure: figure.name, machine: machine(), rounds, sizeBytes, rows };
      process.stdout.write(`${JSON.stringify({ ...record, absent, remarks })}\n`);
      return;
    }
    const notes = [...absent.map((line) => `Not measured: ${line}.`), ...remarks]
      .map((line) => `\n${line}\n`)
      .join('');
    const size = `${(sizeBytes / 1e6).toFixed(0)} MB, ${rounds} paired rounds, goal: ${figure.goal}`;
    process.stdout.write(
      `\n### ${figure.title}\n\n${size}.\n\n${formatTable(rows, sizeBytes)}\n${notes}`,
    );
  } finally {
    for (const one of releases.toReversed()) await one();
  }
}

function machine(): string {
  const processors = cpus();
  const memoryGib = (totalmem() / 2 ** 30).toFixed(0);
  return `${processors.length} x ${processors[0]?.model ?? 'unknown'}, ${memoryGib} GiB, Linux ${release()}, Node ${process.version}`;
}
