import { viewOf } from '../../lib/bytes/bytes.ts';
import { invalid } from '../errors.ts';

const headerBytes = 64;
const segmentsMax = 15;

/** The planes of an RLE frame, and where it ends. */
export interface RlePlanes {
  /** One for each byte of each sample, the most significant byte first. */
  readonly planes: readonly Uint8Array[];
  /** The byte after the codes of the last plane. */
  readonly end: number;
}

/**
 * Decode the segments of an RLE frame. Every segment must make its plane exactly; what lies between
 * segments must be padding.
 *
 * @param size how many planes there must be, and bytes in each: what the header says
 * @standard PS3.5 §G
 */
export function readRle(
  frame: Uint8Array,
  size: { readonly planes: number; readonly pixels: number },
): RlePlanes {
  if (frame.length < headerBytes) throw invalid('no RLE header', 0);
  const view = viewOf(frame);
  if (view.getUint32(0, true) !== size.planes) throw invalid('segment count', 0);
  const planes: Uint8Array[] = [];
  let end = headerBytes;
  for (let index = 0; index < segmentsMax; index += 1) {
    const offset = view.getUint32(4 + 4 * index, true);
    if (index >= size.planes) {
      if (offset !== 0) throw invalid('unused offset', 4 + 4 * index);
    } else {
      if (offset < end || offset > end + 1) throw invalid('gap between segments', end);
      const plane = new Uint8Array(size.pixels);
      end = decodeSegment(frame, offset, plane);
      planes.push(plane);
    }
  }
  return { planes, end };
}

/** Decode a segment into its plane; the byte after the codes that make it. @standard PS3.5 §G.3.2 */
function decodeSegment(frame: Uint8Array, start: number, plane: Uint8Array): number {
  let at = start;
  let made = 0;
  while (made < plane.length) {
    const code = frame[at];
    if (code === undefined) throw invalid('segment too short', at);
    const length = code < 128 ? code + 1 : code > 128 ? 257 - code : 0;
    // Bytes beyond the plane are pixels to nobody.
    if (made + length > plane.length) throw invalid('segment too long', at);
    const next = at + 1 + (code < 128 ? length : code > 128 ? 1 : 0);
    if (next > frame.length) throw invalid('segment too short', at);
    if (code < 128) plane.set(frame.subarray(at + 1, next), made);
    else plane.fill(frame[at + 1] ?? 0, made, made + length);
    made += length;
    at = next;
  }
  return at;
}
