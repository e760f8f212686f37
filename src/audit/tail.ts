import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditHead } from './audit.ts';
import { firstOf, recordFiles } from './audit-folder.ts';
import { isSame } from './chain-check.ts';
import { follows, genesis } from './record.ts';
import { scanFile } from './scan.ts';

/** Where a record ends, by its newest file alone. */
export interface Tail {
  readonly head: AuditHead;
  /** The newest file and how much of it is good. */
  readonly file: { readonly name: string; readonly size: number } | undefined;
  /** What comes behind the good part. */
  readonly tornBytes: number;
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

async function fileGoesThrough(path: string, anchor: AuditHead): Promise<boolean> {
  for await (const line of scanFile(path)) {
    if (line.kind === 'damaged') continue;
    const { sequence, previous } = line.record;
    if (isSame(line.head, anchor)) return true;
    if (isSame({ count: sequence - 1, digest: previous }, anchor)) return true;
  }
  return false;
}
