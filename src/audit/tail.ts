import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditHead } from './audit.ts';
import { firstOf, recordFiles } from './audit-folder.ts';
import { type AcceptedGap, acceptedIn, isSame } from './chain-check.ts';
import { type AuditRecord, decodeRecord, follows, genesis } from './record.ts';
import { scanFile } from './scan.ts';

/** A record that names as many places and heads as one can. */
const acceptanceBytesMax = 32 * 1024;

/** Where a record ends, by its newest file alone. */
export interface Tail {
  readonly head: AuditHead;
  /** The newest file and how much of it is good. */
  readonly file: { readonly name: string; readonly size: number } | undefined;
  /** What comes behind the good part. */
  readonly tornBytes: number;
}

/** Where a record ends whose service does not run. */
export async function recordEnd(path: string): Promise<AuditHead> {
  return (await readTail(path)).head;
}

/** The end of the chain: in the newest file, or in the one before if a crash left that one empty. */
export async function readTail(path: string): Promise<Tail> {
  const names = (await recordFiles(path)).slice(-2).reverse();
  let tornBytes = 0;
  let empty: string | undefined;
  for (const name of names) {
    const { head, size } = await goodPart(join(path, name));
    tornBytes += (await stat(join(path, name))).size - size;
    if (head !== undefined)
      return {
        head,
        file: empty === undefined ? { name, size } : { name: empty, size: 0 },
        tornBytes,
      };
    empty ??= name;
  }
  const file = empty === undefined ? undefined : { name: empty, size: 0 };
  return { head: genesis, file, tornBytes };
}

/** The gaps that were accepted: each is the first record of a file. */
export async function acceptedGaps(path: string): Promise<readonly AcceptedGap[]> {
  const files = (await recordFiles(path)).map((name) => join(path, name));
  const gaps: AcceptedGap[] = [];
  for (const file of files) {
    const first = await firstRecord(file);
    if (first === undefined) continue;
    const { sequence, previous, utcMs, event } = first;
    const stated = acceptedIn(event, { record: sequence, timeMs: utcMs });
    const from = { count: sequence - 1, digest: previous };
    if (stated !== undefined) gaps.push({ ...stated, from });
  }
  return gaps;
}

async function firstRecord(path: string): Promise<AuditRecord | undefined> {
  await using file = await open(path, 'r');
  const bytes = new Uint8Array(acceptanceBytesMax);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
  const end = bytes.subarray(0, bytesRead).indexOf(0x0a);
  return end === -1 ? undefined : decodeRecord(bytes.subarray(0, end))?.record;
}

/** How far the records of a file are whole and chained. */
async function goodPart(
  path: string,
): Promise<{ readonly head: AuditHead | undefined; readonly size: number }> {
  let head: AuditHead | undefined;
  let size = 0;
  for await (const line of scanFile(path)) {
    if (line.kind === 'damaged') break;
    if (head !== undefined && !follows(head, line.record)) break;
    ({ head, end: size } = line);
  }
  return { head, size };
}

/**
 * Whether the record goes through an anchor: it holds that very record or, behind an accepted gap,
 * the one that names it as the one before. Reads at most two files.
 */
export async function goesThrough(path: string, anchor: AuditHead): Promise<boolean> {
  if (anchor.count === 0) return true;
  const names = await recordFiles(path);
  const upTo = (count: number) => names.findLast((name) => firstOf(name) <= count);
  for (const name of new Set([upTo(anchor.count), upTo(anchor.count + 1)]))
    if (name !== undefined && (await fileGoesThrough(join(path, name), anchor))) return true;
  return false;
}

/** Looks for the digest first: the record has it at its start, the one after it as `previous`. */
async function fileGoesThrough(path: string, anchor: AuditHead): Promise<boolean> {
  const bytes = await readFile(path);
  for (let at = 0; ; at += 1) {
    at = bytes.indexOf(anchor.digest, at, 'latin1');
    if (at === -1) return false;
    const start = bytes.lastIndexOf(0x0a, at) + 1;
    const end = bytes.indexOf(0x0a, at);
    const line = end === -1 ? undefined : decodeRecord(bytes.subarray(start, end));
    if (line === undefined) continue;
    const before = { count: line.record.sequence - 1, digest: line.record.previous };
    if (isSame(line.head, anchor) || isSame(before, anchor)) return true;
  }
}
