import type { StatAnswer } from '../../client/api/answers.ts';
import { nextPage } from '../../client/tree/walk.ts';
import type { Connection } from '../connection.ts';
import { formatInstant } from '../format.ts';
import type { Output } from '../output.ts';

/** `mdm ls`: entries of a directory, page by page as they come. */
export async function list(
  connection: Connection,
  output: Output,
  options: { readonly path: string; readonly long: boolean },
): Promise<void> {
  let cursor: string | undefined;
  do {
    const page = await connection.api.list(options.path, cursor);
    for (const entry of page.entries) {
      output.result(entry, options.long ? longLine(entry) : shortName(entry));
    }
    cursor = nextPage(page.next, cursor);
  } while (cursor !== undefined);
}

/** `mdm stat`: one entry, all that the caller may know of it. */
export async function stat(connection: Connection, output: Output, path: string): Promise<void> {
  const entry = await connection.api.stat(path);
  const lines = [
    ['path', entry.path],
    ['kind', entry.kind],
    ['size', sizeOf(entry)],
    ['location', entry.locality],
    ['modified', formatInstant(entry.modifiedMs)],
    ['type', entry.contentType],
    ['etag', entry.etag ?? '-'],
    ...Object.entries(entry.digests),
    ...(entry.refusal === undefined ? [] : [['refused', entry.refusal]]),
  ];
  const width = Math.max(...lines.map(([name]) => name?.length ?? 0));
  output.result(
    entry,
    lines.map(([name, value]) => `${(name ?? '').padEnd(width)}  ${value ?? ''}`).join('\n'),
  );
}

/** `mdm find`: series that satisfy all conditions. */
export async function find(
  connection: Connection,
  output: Output,
  options: { readonly under: string; readonly where: readonly string[] },
): Promise<void> {
  let after: string | undefined;
  let count = 0;
  do {
    const page = await connection.api.find({
      ...options,
      ...(after === undefined ? {} : { after }),
    });
    for (const entry of page.entries) output.result(entry, entry.path);
    count += page.entries.length;
    after = nextPage(page.next, after);
  } while (after !== undefined);
  output.note(`${count} series`);
}

function longLine(entry: StatAnswer): string {
  const size = sizeOf(entry).padStart(13);
  const location = entry.kind === 'directory' ? '' : entry.locality;
  return `${size}  ${formatInstant(entry.modifiedMs)}  ${location.padEnd(19)}  ${shortName(entry)}`;
}

function shortName(entry: StatAnswer): string {
  return entry.kind === 'directory' ? `${entry.name}/` : entry.name;
}

/** A size that is not known is said to be so, never shown as 0. */
function sizeOf(entry: StatAnswer): string {
  if (entry.kind === 'directory') return '-';
  return entry.size === undefined ? 'unknown' : String(entry.size);
}
