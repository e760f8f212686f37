import { viewOf } from '../../lib/bytes/bytes.ts';
import { invalid } from '../errors.ts';

const headerBytes = 64;
const segmentsMax = 15;

/** Takes what the codes of a plane stand for, from its first byte to its last. */
export interface PlaneTaker {
  /** The bytes of the frame from `from` to `end` are those of the plane from `at` on. */
  literal(from: number, end: number, at: number): void;
  /** So many bytes of the plane from `at` on are `value`. */
  run(value: number, length: number, at: number): void;
}

/** What the header says of an RLE frame. */
export interface RleSize {
  /** Bytes of all samples of a pixel: a plane holds one of each pixel. */
  readonly planes: number;
  readonly pixels: number;
}

/** Where the codes of a frame are not. */
export interface RleEnds {
  /** The byte after the codes of the last plane. */
  readonly end: number;
  /** Each single byte before a segment, of which it is none: it makes what comes before even. */
  readonly padding: readonly number[];
}

/**
 * Read the codes of an RLE frame: planes in their order, of each sample the most significant byte
 * first. Every segment must make its plane exactly; before each may lie one byte, whatever it is.
 * Expands nothing: what is held does not depend on what the header says.
 *
 * @standard PS3.5 §G
 * @throws MdmError `PIXEL_CODED_INVALID`
 */
export function readRle(
  frame: Uint8Array,
  size: RleSize,
  takerOf: (plane: number) => PlaneTaker,
): RleEnds {
  if (frame.length < headerBytes) throw invalid('no RLE header', 0);
  const view = viewOf(frame);
  if (view.getUint32(0, true) !== size.planes) throw invalid('segment count', 0);
  const padding: number[] = [];
  let end = headerBytes;
  for (let index = 0; index < segmentsMax; index += 1) {
    const offset = view.getUint32(4 + 4 * index, true);
    if (index >= size.planes) {
      if (offset !== 0) throw invalid('unused offset', 4 + 4 * index);
    } else {
      if (offset < end || offset > end + 1) throw invalid('gap between segments', end);
      if (offset > end) padding.push(end);
      end = readSegment(frame, offset, { pixels: size.pixels, taker: takerOf(index) });
    }
  }
  return { end, padding };
}

/** Read the codes that make a plane; the byte after them. @standard PS3.5 §G.3.2 */
function readSegment(
  frame: Uint8Array,
  start: number,
  { pixels, taker }: { readonly pixels: number; readonly taker: PlaneTaker },
): number {
  let at = start;
  let made = 0;
  while (made < pixels) {
    const code = frame[at];
    if (code === undefined) throw invalid('segment too short', at);
    const length = code < 128 ? code + 1 : code > 128 ? 257 - code : 0;
    // Bytes beyond the plane are pixels to nobody.
    if (made + length > pixels) throw invalid('segment too long', at);
    const next = at + 1 + (code < 128 ? length : code > 128 ? 1 : 0);
    if (next > frame.length) throw invalid('segment too short', at);
    if (code < 128) taker.literal(at + 1, next, made);
    else if (code > 128) taker.run(frame[at + 1] ?? 0, length, made);
    made += length;
    at = next;
  }
  return at;
}
