import { viewOf } from '../../lib/bytes/bytes.ts';
import type { ImageShape } from './image-shape.ts';
import { unchecked } from './unchecked.ts';

const headerBytes = 64;

/**
 * An RLE frame without bytes that no segment needs. Every segment is walked to see how much it
 * takes to make its plane; what lies between segments or after the last one must be padding.
 *
 * @standard PS3.5 §G
 */
export function cleanRle(frame: Uint8Array, shape: ImageShape): Uint8Array {
  if (frame.length < headerBytes) throw unchecked('no RLE header', 0);
  const view = viewOf(frame);
  const count = view.getUint32(0, true);
  if (count !== shape.samples * shape.bytesPerSample) throw unchecked('segment count', 0);
  let end = headerBytes;
  for (let index = 0; index < 15; index += 1) {
    const offset = view.getUint32(4 + 4 * index, true);
    if (index >= count) {
      if (offset !== 0) throw unchecked('unused offset', 4 + 4 * index);
    } else {
      if (offset < end || offset > end + 1) throw unchecked('gap between segments', end);
      end = segmentEnd(frame, offset, shape.pixels);
    }
  }
  return frame.subarray(0, end);
}

/** The byte after the codes that make `wanted` bytes. */
function segmentEnd(frame: Uint8Array, start: number, wanted: number): number {
  let at = start;
  let made = 0;
  while (made < wanted) {
    const code = frame[at];
    if (code === undefined) throw unchecked('segment too short', at);
    if (code < 128) {
      made += code + 1;
      at += code + 2;
    } else if (code > 128) {
      made += 257 - code;
      at += 2;
    } else at += 1;
  }
  if (at > frame.length) throw unchecked('segment too short', at);
  return at;
}
