import type { FileHandle } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { clientErrors } from '../../client/errors.ts';
import { rewrapFile } from '../../client/open/rewrap-file.ts';
import { openLocal, readPublicKey } from '../../client/own/read-local.ts';
import { writeLocal } from '../../client/own/write-local.ts';
import { seriesDepth, treeSegments } from '../../client/tree/entry-name.ts';
import { systemRandom } from '../../lib/random.ts';
import { anotherFile } from '../another-file.ts';
import type { Connection } from '../connection.ts';
import type { Output } from '../output.ts';
import { createProgressBar, silentBar } from '../progress-bar.ts';

/** What `mdm rewrap` was asked for. */
export interface RewrapOptions {
  /** A path of the tree, or a local sealed file. */
  readonly source: string;
  /** Path in the tree of a local file, where its place does not say it. */
  readonly of: string | undefined;
  /** The reader's public key file. */
  readonly to: string;
  /** The header's file; default: the source's name and `.header`, in the current folder. */
  readonly out: string | undefined;
  readonly force: boolean;
  readonly quiet: boolean;
  readonly signal: AbortSignal;
}

/** `mdm rewrap`: a header with which the holder of another key opens one sealed file. */
export async function rewrap(
  connection: Connection,
  output: Output,
  options: RewrapOptions,
): Promise<void> {
  const recipientPublicKey = await readPublicKey(options.to);
  const { path, kept } = await openSource(options);
  const isSilent = options.quiet || output.json;
  const nowMs = (): number => connection.clock.monotonicMs();
  const bar = isSilent ? silentBar : createProgressBar({ stream: process.stderr, nowMs });
  const name = basename(options.source);
  try {
    const { header, version, recollection } = await rewrapFile(connection, {
      path,
      kept,
      recipientPublicKey,
      random: systemRandom,
      signal: options.signal,
      onProgress: ({ receivedBytes, totalBytes }) =>
        bar.update(name, { bytes: receivedBytes, done: receivedBytes, total: totalBytes }),
      onWait: (seconds) =>
        bar.say(`${name} is being fetched from its archive; asking again in ${seconds} s`),
    });
    bar.end();
    const file = options.out ?? `${name}.header`;
    const { target } = await writeLocal(file, [header], { replace: options.force });
    const { guid, version: number } = version;
    const report = {
      path,
      target,
      guid,
      version: number,
      memory: recollection,
      outlivesRevocation: true,
    };
    output.result(report, `${target}  opens version ${number} of ${path} for ${options.to}`);
    if (recollection === 'another') output.note(anotherFile(path));
    output.note(
      `Put it in the place of the first ${header.length} bytes of the sealed file.\n` +
        'It opens the file for whoever has that private key, for ever: `mdm revoke` does not reach it.',
    );
  } finally {
    bar.end();
    await kept?.close();
  }
}

/** Which file is meant: of the tree when it is called so, else a local one. @throws CLIENT_ARGUMENT */
async function openSource(
  options: RewrapOptions,
): Promise<{ readonly path: string; readonly kept: FileHandle | undefined }> {
  const { source, of } = options;
  if (of === undefined && isSealedPath(source)) return { path: source, kept: undefined };
  const path = of ?? pathByPlace(source);
  if (isSealedPath(path)) return { path, kept: await openLocal(source) };
  throw usage(
    of === undefined
      ? `${source}: no sealed file of the tree, and where it is does not say which one it is; add --of PATH`
      : `--of ${of}: no sealed file of the tree`,
  );
}

function isSealedPath(path: string): boolean {
  return path.endsWith('.c4gh') && treeSegments(path)?.length === seriesDepth + 1;
}

/** A fetched tree has each file under its whole path. */
function pathByPlace(file: string): string {
  return `/${resolve(file)
    .split('/')
    .slice(-seriesDepth - 1)
    .join('/')}`;
}

function usage(message: string): Error {
  return clientErrors.create('CLIENT_ARGUMENT', { message });
}
