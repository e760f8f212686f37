import { concatBytes, viewOf } from '../../lib/bytes/bytes.ts';
import { checkFrame } from './frame-size.ts';
import type { ImageShape } from './image-shape.ts';
import { unchecked } from './unchecked.ts';

const soc = 0xff4f;
const sot = 0xff90;
const sod = 0xff93;
const eoc = 0xffd9;
const com = 0xff64;
const siz = 0xff51;

/** Marker segments of headers beside SIZ: coding, quantization, pointers. @standard ISO 15444-1 §A */
const known: ReadonlySet<number> = new Set([
  0xff50, 0xff52, 0xff53, 0xff55, 0xff57, 0xff58, 0xff5c, 0xff5d, 0xff5e, 0xff5f, 0xff60, 0xff61,
  0xff63, 0xff59,
]);

/**
 * A JPEG 2000 code stream (high throughput ones too) without the comments of its main header and
 * without bytes after EOC. A comment in a tile-part header is refused: lengths that other markers
 * repeat depend on it, and encoders do not write any. The image is the one that the header describes.
 *
 * @standard ISO 15444-1 §A
 */
export function cleanJpeg2000(frame: Uint8Array, shape: ImageShape): Uint8Array {
  const view = viewOf(frame);
  if (word(view, 0) !== soc) throw unchecked('no SOC', 0);
  const kept: Uint8Array[] = [frame.subarray(0, 2)];
  // SIZ is the first segment of the main header, and no other place may have one.
  if (word(view, 2) !== siz) throw unchecked('no SIZ', 2);
  checkSize(view, shape);
  let at = segmentEnd(view, 2);
  kept.push(frame.subarray(2, at));
  while (word(view, at) !== sot) {
    const marker = word(view, at);
    const end = segmentEnd(view, at);
    if (known.has(marker)) kept.push(frame.subarray(at, end));
    else if (marker !== com) throw unchecked('unknown marker', at);
    at = end;
  }
  const end = tilePartsEnd(view, at);
  kept.push(frame.subarray(at, end));
  return concatBytes(kept);
}

/** The size of the image, and the bits of each component. @standard ISO 15444-1 §A.5.1 */
function checkSize(view: DataView, shape: ImageShape): void {
  const end = segmentEnd(view, 2);
  if (end < 42) throw unchecked('SIZ too short', 2);
  const samples = view.getUint16(40);
  if (end !== 42 + 3 * samples) throw unchecked('SIZ too short', 2);
  const columns = view.getUint32(8) - view.getUint32(16);
  const rows = view.getUint32(12) - view.getUint32(20);
  for (let component = 0; component < samples; component += 1) {
    const at = 42 + 3 * component;
    const bits = (view.getUint8(at) & 0x7f) + 1;
    // A component that is sampled less often is as large only on paper.
    const isFull = view.getUint8(at + 1) === 1 && view.getUint8(at + 2) === 1;
    if (!isFull) throw unchecked('subsampled component', at);
    checkFrame({ rows, columns, samples, bits }, shape);
  }
  if (samples === 0) throw unchecked('no component', 40);
}

/** The byte after EOC. */
function tilePartsEnd(view: DataView, start: number): number {
  let at = start;
  while (word(view, at) === sot) {
    const header = segmentEnd(view, at);
    checkTilePartHeader(view, header);
    const length = view.getUint32(at + 6);
    // 0: up to EOC; only the last tile-part may say so.
    const end = length === 0 ? lastEoc(view) : at + length;
    if (end <= header) throw unchecked('impossible tile-part length', at);
    at = end;
  }
  if (word(view, at) !== eoc) throw unchecked('no EOC', at);
  return at + 2;
}

function checkTilePartHeader(view: DataView, start: number): void {
  let at = start;
  while (word(view, at) !== sod) {
    if (!known.has(word(view, at))) throw unchecked('unknown marker in a tile-part', at);
    at = segmentEnd(view, at);
  }
}

/** Where EOC stands if only padding follows it. */
function lastEoc(view: DataView): number {
  let at = view.byteLength - 2;
  if (view.byteLength > 2 && view.getUint8(at + 1) === 0) at -= 1;
  if (word(view, at) !== eoc) throw unchecked('no EOC at the end', at);
  return at;
}

function segmentEnd(view: DataView, at: number): number {
  const length = word(view, at + 2);
  const end = at + 2 + length;
  if (length < 2 || end > view.byteLength) throw unchecked('segment too long', at);
  return end;
}

function word(view: DataView, at: number): number {
  if (at < 0 || at + 2 > view.byteLength) throw unchecked('code stream too short', at);
  return view.getUint16(at);
}
