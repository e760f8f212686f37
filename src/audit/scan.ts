import { readFile } from 'node:fs/promises';
import type { AuditHead } from './audit.ts';
import { type AuditRecord, decodeRecord } from './record.ts';

/** A line of a file: a whole record, or bytes that are none. */
export type ScannedLine =
  | {
      readonly kind: 'record';
      readonly record: AuditRecord;
      readonly head: AuditHead;
      /** Where the line ends in its file, line feed included. */
      readonly end: number;
    }
  /** `torn`: the last bytes of the file, without a line feed. */
  | { readonly kind: 'damaged'; readonly torn: boolean; readonly start: number };

/** All lines of a file, in order, and its size. */
export async function* scanFile(path: string): AsyncGenerator<ScannedLine, void, void> {
  // Files are rotated: one fits in memory.
  const bytes = await readFile(path);
  for (let start = 0; start < bytes.length; ) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed === -1 ? bytes.length : feed;
    const decoded = feed === -1 ? undefined : decodeRecord(bytes.subarray(start, end));
    if (decoded === undefined) yield { kind: 'damaged', torn: feed === -1, start };
    else yield { kind: 'record', ...decoded, end: end + 1 };
    start = end + 1;
  }
}
