import { concatBytes, viewOf } from '../../lib/bytes/bytes.ts';

const headerBytes = 64;
const runMax = 128;

/**
 * An RLE frame of planes, each row on its own.
 *
 * @param planes one for each byte of each sample, the most significant byte first
 * @standard PS3.5 §G.3, §G.5
 */
export function encodeRle(planes: readonly Uint8Array[], columns: number): Uint8Array {
  const header = new Uint8Array(headerBytes);
  const view = viewOf(header);
  view.setUint32(0, planes.length, true);
  const parts: Uint8Array[] = [header];
  let at = headerBytes;
  for (const [index, plane] of planes.entries()) {
    view.setUint32(4 + 4 * index, at, true);
    const segment = encodePlane(plane, columns);
    parts.push(segment);
    at += segment.length;
  }
  return concatBytes(parts);
}

function encodePlane(plane: Uint8Array, columns: number): Uint8Array {
  const codes: number[] = [];
  for (let start = 0; start < plane.length; start += columns) {
    encodeRow(plane.subarray(start, start + columns), codes);
  }
  if ((codes.length & 1) === 1) codes.push(0);
  return Uint8Array.from(codes);
}

/** Runs of two and more as a run, what lies between as it is. */
function encodeRow(row: Uint8Array, codes: number[]): void {
  let at = 0;
  while (at < row.length) {
    const run = runAt(row, at);
    if (run > 1) {
      codes.push(257 - run, row[at] ?? 0);
      at += run;
    } else {
      const end = literalEnd(row, at);
      codes.push(end - at - 1, ...row.subarray(at, end));
      at = end;
    }
  }
}

function runAt(row: Uint8Array, start: number): number {
  let end = start + 1;
  while (end < row.length && end - start < runMax && row[end] === row[start]) end += 1;
  return end - start;
}

function literalEnd(row: Uint8Array, start: number): number {
  let end = start + 1;
  while (end < row.length && end - start < runMax && row[end] !== row[end + 1]) end += 1;
  return end;
}
