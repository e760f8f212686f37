import { readFileSync } from 'node:fs';

const headerBytes = 32;
const frameHeaderBytes = 24;

/**
 * Commits in the write-ahead log of a database: frames that say how large the database is after
 * them. Counts what was written since the log began anew.
 * Layout: section 4.1 of the file format of SQLite.
 */
export function commitsIn(path: string): number {
  const log = readFileSync(`${path}-wal`);
  if (log.length < headerBytes) return 0;
  const frameBytes = frameHeaderBytes + log.readUInt32BE(8);
  let commits = 0;
  for (let at = headerBytes; at + frameBytes <= log.length; at += frameBytes) {
    if (log.readUInt32BE(at + 4) > 0) commits += 1;
  }
  return commits;
}
