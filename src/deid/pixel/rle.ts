import { readRle } from '../../pixel/index.ts';
import type { ImageShape } from './image-shape.ts';
import { encodeRle } from './rle-encode.ts';
import { readCoded } from './unchecked.ts';
import { createBitCleaner } from './unused-bits.ts';

/**
 * An RLE frame without bytes that no segment needs, its unused bits cleaned. Every segment is
 * decoded: it must make its plane exactly; what lies between segments or after the last one must be
 * padding.
 *
 * @standard PS3.5 §G
 */
export function cleanRle(frame: Uint8Array, shape: ImageShape): Uint8Array {
  const { samples, bytesPerSample, pixels } = shape;
  const { planes, end } = readCoded(() =>
    readRle(frame, { planes: samples * bytesPerSample, pixels }),
  );
  const cleaned = cleanPlanes(planes, shape);
  return cleaned === undefined ? frame.subarray(0, end) : encodeRle(cleaned, shape.columns);
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
