import { statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { clientErrors } from '../../client/errors.ts';
import { getFile } from '../../client/open/get-file.ts';
import { patiently } from '../../client/open/patience.ts';
import type { Connection } from '../connection.ts';
import { formatBytes } from '../format.ts';
import type { Output } from '../output.ts';
import { createProgressBar } from '../progress-bar.ts';

/** `mdm get`: fetch, verify, open, and only then name the file. */
export async function get(
  connection: Connection,
  output: Output,
  options: {
    readonly path: string;
    /** File or folder; default: the current folder. */
    readonly target: string | undefined;
    readonly keepSealed: boolean;
    readonly force: boolean;
    readonly quiet: boolean;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const target = targetOf(options);
  const silent = options.quiet || output.json;
  const bar = silent
    ? undefined
    : createProgressBar(basename(target), {
        stream: process.stderr,
        nowMs: () => connection.clock.monotonicMs(),
      });
  try {
    const report = await getFile(connection, {
      ...options,
      target,
      onProgress: ({ receivedBytes, totalBytes }) => bar?.update(receivedBytes, totalBytes),
      onWait: (seconds) =>
        bar?.say(`is being fetched from its archive; asking again in ${seconds} s`),
    });
    bar?.end();
    const resumed = report.resumedAt > 0 ? `, continued at ${formatBytes(report.resumedAt)}` : '';
    const size = formatBytes(report.bytes);
    output.result(
      report,
      `${report.target}  ${size}  version ${report.version}, verified${resumed}`,
    );
  } catch (error) {
    bar?.end();
    throw error;
  }
}

/** `mdm cat`: plaintext of an open collection to standard output, as it comes. */
export async function cat(
  connection: Connection,
  options: { readonly path: string; readonly signal: AbortSignal },
): Promise<void> {
  if (options.path.endsWith('.c4gh')) {
    throw clientErrors.create('CLIENT_TARGET', {
      message: 'a sealed file is verified before it is shown: use mdm get',
    });
  }
  const { clock, api } = connection;
  const { signal } = options;
  const response = await patiently(() => api.read(options.path, { offset: 0, signal }), {
    clock,
    signal,
  });
  for await (const bytes of response.body) await write(bytes, signal);
}

/** The bytes' memory is used again after this. A reader that went away ends it. */
function write(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    process.stdout.write(bytes, (error) => {
      signal.removeEventListener('abort', stop);
      if (error) reject(error);
      else resolve();
    });
  });
}

/** A folder takes the file under its own name; an opened file loses `.c4gh`. */
function targetOf(options: {
  readonly path: string;
  readonly target: string | undefined;
  readonly keepSealed: boolean;
}): string {
  const sent = basename(options.path);
  const name = options.keepSealed ? sent : sent.replace(/\.c4gh$/, '');
  const target = resolve(options.target ?? '.');
  const isFolder = statSync(target, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder ? join(target, name) : target;
}
