import { invalid } from '../errors.ts';

/** Marker segments and entropy-coded segments, which end by other rules in each. */
export type JpegFamily = 'jpeg' | 'jpeg-ls';

/** Where the marker segment at `start` ends. @standard ISO 10918-1 §B.1.1.4 */
export function segmentEnd(frame: Uint8Array, start: number): number {
  const length = wordAt(frame, start + 2);
  const end = start + 2 + length;
  if (length < 2 || end > frame.length) throw invalid('segment too long', start);
  return end;
}

/** The next marker that is not part of the coded data: not stuffed, no restart. */
export function scanEnd(frame: Uint8Array, start: number, family: JpegFamily): number {
  let at = start;
  for (;;) {
    at = frame.indexOf(0xff, at);
    if (at < 0 || at + 1 >= frame.length) throw invalid('scan without end', start);
    const next = frame[at + 1] ?? 0;
    const stuffed = family === 'jpeg-ls' ? next < 0x80 : next === 0;
    const restart = next >= 0xd0 && next <= 0xd7;
    if (next === 0xff) at += 1;
    else if (stuffed || restart) at += 2;
    else return at;
  }
}

/** Big endian; 0 behind the end. */
export function wordAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
