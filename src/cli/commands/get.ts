import { statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { clientErrors } from '../../client/errors.ts';
import { type GetReport, type GetRequest, getFile } from '../../client/open/get-file.ts';
import { verifyLocal } from '../../client/open/verify-local.ts';
import { isLocalName } from '../../client/tree/entry-name.ts';
import { localNameOf } from '../../client/tree/fetch-tree.ts';
import { HeldFolder } from '../../client/tree/held-folder.ts';
import { isOtherNameOf } from '../../client/tree/walk.ts';
import { anotherFile } from '../another-file.ts';
import { completenessOf } from '../completeness.ts';
import type { Connection } from '../connection.ts';
import { formatBytes } from '../format.ts';
import type { Output } from '../output.ts';
import { createProgressBar, type ProgressBar, silentBar } from '../progress-bar.ts';
import { getTree } from './get-tree.ts';

/** What `mdm get` was asked for. */
export interface GetOptions {
  /** Paths of the tree; `-` is a list on standard input. Without `into` the last of several is the target. */
  readonly paths: readonly string[];
  readonly into: string | undefined;
  readonly recursive: boolean;
  /** Fetch what a search below the paths finds. */
  readonly fromFind: boolean;
  readonly where: readonly string[];
  readonly parallel: number;
  readonly keepSealed: boolean;
  readonly force: boolean;
  readonly quiet: boolean;
  readonly signal: AbortSignal;
}

/** What to fetch, and the file or folder that it goes to. */
export interface GetPlan extends GetOptions {
  readonly sources: readonly string[];
  readonly target: string;
}

/** `mdm get`: fetch, verify, open, and only then name each file. */
export async function get(
  connection: Connection,
  output: Output,
  options: GetOptions,
): Promise<void> {
  const plan = planOf(options);
  const [only, ...others] = plan.sources;
  const isOne = only !== undefined && only !== '-' && others.length === 0;
  // `--into` is a folder, however many it takes: one path of `xargs` lands as many do.
  const isTree = plan.into !== undefined || plan.recursive || plan.fromFind;
  if (isOne && !isTree) await getOne(connection, output, plan, only);
  else await getTree(connection, output, plan);
}

/** As `cp` has it: the last of several is the target, unless that is named apart. */
function planOf(options: GetOptions): GetPlan {
  const { paths, into } = options;
  const isApart = into !== undefined || paths.length < 2;
  const sources = isApart ? paths : paths.slice(0, -1);
  const target = isApart ? (into ?? '.') : (paths.at(-1) ?? '.');
  if (options.where.length > 0 && !options.fromFind) throw usage('--where: only with --from-find');
  if (sources.length === 0 && !options.fromFind) throw usage('no path to fetch');
  if (sources.filter((source) => source === '-').length > 1) throw usage('-: only once');
  return { ...options, sources, target };
}

function usage(message: string): Error {
  return clientErrors.create('CLIENT_ARGUMENT', { message });
}

async function getOne(
  connection: Connection,
  output: Output,
  plan: GetPlan,
  path: string,
): Promise<void> {
  const { folder: folderPath, name } = await targetOf(connection, plan, path);
  await using folder = await HeldFolder.open(folderPath, { make: false });
  const target = folder.place(name);
  const isSilent = plan.quiet || output.json;
  const bar = isSilent ? silentBar : barFor(connection);
  const request = { ...plan, path, target, ...shownBy(bar, name) };
  try {
    const present = plan.force ? undefined : await verifyLocal(connection, request);
    const report = present ?? (await getFile(connection, request));
    bar.end();
    const state = present === undefined ? 'fetched' : 'present';
    output.result({ path, state, ...report }, lineOf(report, state));
    if (report.memory === 'another') output.note(anotherFile(path));
  } finally {
    bar.end();
  }
}

function barFor({ clock }: Connection): ProgressBar {
  return createProgressBar({ stream: process.stderr, nowMs: () => clock.monotonicMs() });
}

function shownBy(bar: ProgressBar, name: string): Pick<GetRequest, 'onProgress' | 'onWait'> {
  return {
    onProgress: ({ receivedBytes, totalBytes }) =>
      bar.update(name, { bytes: receivedBytes, done: receivedBytes, total: totalBytes }),
    onWait: (seconds) =>
      bar.say(`${name} is being fetched from its archive; asking again in ${seconds} s`),
  };
}

function lineOf(report: GetReport, state: 'fetched' | 'present'): string {
  const { target, bytes, version, resumedAt } = report;
  const continued = resumedAt > 0 ? `, continued at ${formatBytes(resumedAt)}` : '';
  const how = state === 'present' ? ', was there already' : continued;
  return `${target}  ${formatBytes(bytes)}  version ${version}, verified, ${completenessOf(report)}${how}`;
}

/** A folder takes the file under its own name; an opened file loses `.c4gh`. */
async function targetOf(
  connection: Connection,
  plan: GetPlan,
  path: string,
): Promise<{ readonly folder: string; readonly name: string }> {
  const target = resolve(plan.target);
  if (!isFolder(plan.target)) return { folder: dirname(target), name: basename(target) };
  const name = localNameOf(await uniqueNameOf(connection, plan, path), plan);
  if (isLocalName(name)) return { folder: target, name };
  throw clientErrors.create('CLIENT_NAME', { message: JSON.stringify(name) });
}

/** Where a path ends in the name that every series' volume has, the server may know one of its own. */
async function uniqueNameOf(
  { api }: Connection,
  { signal }: GetPlan,
  path: string,
): Promise<string> {
  const asked = basename(path);
  if (!asked.startsWith('volume.')) return asked;
  const { name } = await api.stat(path, signal);
  return isOtherNameOf(asked, name) ? name : asked;
}

function isFolder(target: string): boolean {
  return (
    target.endsWith('/') || statSync(target, { throwIfNoEntry: false })?.isDirectory() === true
  );
}
