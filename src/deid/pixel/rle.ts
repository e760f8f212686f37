import { viewOf } from '../../lib/bytes/bytes.ts';
import type { ImageShape } from './image-shape.ts';
import { encodeRle } from './rle-encode.ts';
import { unchecked } from './unchecked.ts';
import { createBitCleaner } from './unused-bits.ts';

const headerBytes = 64;

/**
 * An RLE frame without bytes that no segment needs, its unused bits cleaned. Every segment is
 * decoded: it must make its plane exactly; what lies between segments or after the last one must be
 * padding.
 *
 * @standard PS3.5 §G
 */
export function cleanRle(frame: Uint8Array, shape: ImageShape): Uint8Array {
  if (frame.length < headerBytes) throw unchecked('no RLE header', 0);
  const view = viewOf(frame);
  const count = view.getUint32(0, true);
  if (count !== shape.samples * shape.bytesPerSample) throw unchecked('segment count', 0);
  const planes: Uint8Array[] = [];
  let end = headerBytes;
  for (let index = 0; index < 15; index += 1) {
    const offset = view.getUint32(4 + 4 * index, true);
    if (index >= count) {
      if (offset !== 0) throw unchecked('unused offset', 4 + 4 * index);
    } else {
      if (offset < end || offset > end + 1) throw unchecked('gap between segments', end);
      const plane = new Uint8Array(shape.pixels);
      end = decodeSegment(frame, offset, plane);
      planes.push(plane);
    }
  }
  const cleaned = cleanPlanes(planes, shape);
  return cleaned === undefined ? frame.subarray(0, end) : encodeRle(cleaned, shape.columns);
}

/** Decode a segment into its plane; the byte after the codes that make it. */
function decodeSegment(frame: Uint8Array, start: number, plane: Uint8Array): number {
  let at = start;
  let made = 0;
  while (made < plane.length) {
    const code = frame[at];
    if (code === undefined) throw unchecked('segment too short', at);
    const length = code < 128 ? code + 1 : code > 128 ? 257 - code : 0;
    // Bytes beyond the plane are pixels to nobody.
    if (made + length > plane.length) throw unchecked('segment too long', at);
    const next = at + 1 + (code < 128 ? length : code > 128 ? 1 : 0);
    if (next > frame.length) throw unchecked('segment too short', at);
    if (code < 128) plane.set(frame.subarray(at + 1, next), made);
    else plane.fill(frame[at + 1] ?? 0, made, made + length);
    made += length;
    at = next;
  }
  return at;
}

/** Planes with clean samples; undefined where they are as they were. A plane holds a byte of each. */
function cleanPlanes(planes: readonly Uint8Array[], shape: ImageShape): Uint8Array[] | undefined {
  const cleaner = createBitCleaner({ ...shape.bits, bigEndian: true });
  if (cleaner === undefined) return undefined;
  const { width } = cleaner;
  let changed = false;
  const cleaned: Uint8Array[] = [];
  for (let from = 0; from < planes.length; from += width) {
    const bytes = planes.slice(from, from + width);
    const samples = interleave(bytes);
    const clean = cleaner.clean(samples);
    changed ||= clean !== samples;
    cleaned.push(...bytes.map((_, byte) => everyNth(clean, byte, width)));
  }
  return changed ? cleaned : undefined;
}

/** The most significant byte comes first. @standard PS3.5 §G.2 */
function interleave(bytes: readonly Uint8Array[]): Uint8Array {
  const samples = new Uint8Array(bytes.length * (bytes[0]?.length ?? 0));
  for (const [byte, plane] of bytes.entries()) {
    for (let index = 0; index < plane.length; index += 1) {
      samples[index * bytes.length + byte] = plane[index] ?? 0;
    }
  }
  return samples;
}

function everyNth(samples: Uint8Array, first: number, width: number): Uint8Array {
  const plane = new Uint8Array(samples.length / width);
  for (let index = 0; index < plane.length; index += 1) {
    plane[index] = samples[index * width + first] ?? 0;
  }
  return plane;
}
