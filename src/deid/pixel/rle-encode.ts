import { viewOf } from '../../lib/bytes/bytes.ts';

const headerBytes = 64;
const runMax = 128;

/**
 * An RLE frame of planes, each row on its own.
 *
 * @param planes one for each byte of each sample, the most significant byte first
 * @standard PS3.5 §G.3, §G.5
 */
export function encodeRle(planes: readonly Uint8Array[], columns: number): Uint8Array {
  const rows = planes.reduce((sum, plane) => sum + plane.length / columns, 0);
  const frame = new Uint8Array(headerBytes + planes.length + rows * rowBytesMax(columns));
  const view = viewOf(frame);
  view.setUint32(0, planes.length, true);
  let end = headerBytes;
  for (const [index, plane] of planes.entries()) {
    view.setUint32(4 + 4 * index, end, true);
    for (let start = 0; start < plane.length; start += columns) {
      end = encodeRow(plane.subarray(start, start + columns), frame, end);
    }
    // A segment has an even length.
    end += end & 1;
  }
  return frame.subarray(0, end);
}

/** Literal codes take a byte more than they stand for, and between two of them is a run of two or more, or 128 bytes. */
const rowBytesMax = (columns: number): number => columns + (columns >> 1) + 1;

/** Runs of two and more as a run, what lies between as it is. @returns the end of its codes */
function encodeRow(row: Uint8Array, frame: Uint8Array, start: number): number {
  let to = start;
  for (let at = 0; at < row.length; ) {
    const run = runAt(row, at);
    const length = run > 1 ? run : literalEnd(row, at) - at;
    frame[to] = run > 1 ? 257 - run : length - 1;
    const bytes = run > 1 ? 1 : length;
    for (let byte = 0; byte < bytes; byte += 1) frame[to + 1 + byte] = row[at + byte] ?? 0;
    to += 1 + bytes;
    at += length;
  }
  return to;
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
