import { concatBytes, equalBytes, utf8 } from '../../lib/bytes/bytes.ts';
import { type JpegFamily, scanEnd, segmentEnd } from '../../pixel/index.ts';
import { checkFrame, type FrameSize } from './frame-size.ts';
import type { ImageShape } from './image-shape.ts';
import { type JpegPart, withoutUnreadTables } from './jpeg-tables.ts';
import { readCoded, unchecked } from './unchecked.ts';

/**
 * A JPEG frame without COM and APPn segments, tables that nobody reads and bytes after EOI, if it is
 * the image that the header describes.
 *
 * @standard ISO 10918-1 §B
 */
export const cleanJpeg = (frame: Uint8Array, shape: ImageShape): Uint8Array =>
  readCoded(() => clean(frame, shape, 'jpeg'));

/** The same for JPEG-LS. @standard ISO 14495-1 §C */
export const cleanJpegLs = (frame: Uint8Array, shape: ImageShape): Uint8Array =>
  readCoded(() => clean(frame, shape, 'jpeg-ls'));

const soi = 0xd8;
const eoi = 0xd9;
const sos = 0xda;
const dri = 0xdd;

function clean(frame: Uint8Array, shape: ImageShape, family: JpegFamily): Uint8Array {
  if (frame[0] !== 0xff || frame[1] !== soi) throw unchecked('no SOI', 0);
  const kept: JpegPart[] = [{ marker: soi, bytes: frame.subarray(0, 2) }];
  let at = 2;
  let frameHeaders = 0;
  for (;;) {
    const start = skipFill(frame, at);
    const marker = frame[start + 1];
    if (marker === eoi) {
      if (frameHeaders !== 1) throw unchecked('not one frame header', start);
      kept.push({ marker: eoi, bytes: frame.subarray(start, start + 2) });
      return concatBytes(withoutUnreadTables(kept));
    }
    const end = segmentEnd(frame, start);
    const segment = frame.subarray(start, end);
    if (isFrameHeader(marker ?? 0)) {
      frameHeaders += 1;
      checkFrame(frameIn(segment), shape);
    }
    if (isKnownSegment(segment, family) || isHarmless(segment)) {
      checkLength(segment);
      kept.push({ marker, bytes: segment });
    } else if (!isDropped(marker ?? 0)) throw unchecked('unknown marker', start);
    at = end;
    if (marker === sos) {
      at = scanEnd(frame, end, family);
      kept.push({ marker: undefined, bytes: frame.subarray(end, at) });
    }
  }
}

/** Fill bytes (0xFF) may stand before a marker. */
function skipFill(frame: Uint8Array, at: number): number {
  let start = at;
  if (frame[start] !== 0xff) throw unchecked('no marker', start);
  while (frame[start + 1] === 0xff) start += 1;
  if (start + 1 >= frame.length) throw unchecked('no end', start);
  return start;
}

/** SOFn, and SOF55 of JPEG-LS. */
function isFrameHeader(marker: number): boolean {
  return (
    (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) || marker === 0xf7
  );
}

/** Precision, lines, samples per line, components. @standard ISO 10918-1 §B.2.2 */
function frameIn(segment: Uint8Array): FrameSize {
  const word = (at: number): number => ((segment[at] ?? 0) << 8) | (segment[at + 1] ?? 0);
  return { bits: segment[4] ?? 0, rows: word(5), columns: word(7), samples: segment[9] ?? 0 };
}

/**
 * SOFn, DHT, DQT, DRI, SOS, and SOF55 and LSE of JPEG-LS. Not DNL and the LSE of long lines,
 * which state another size after the fact, and not the LSE of mapping tables, which hold any bytes.
 */
function isKnownSegment(segment: Uint8Array, family: JpegFamily): boolean {
  const marker = segment[1] ?? 0;
  if (marker === 0xf8) return segment[4] === 1 && segment.length === 15;
  return isFrameHeader(marker) || tables[family].includes(marker);
}

/** DHT, SOS, DQT, DRI: those that a decoder of the family reads. DICOM has no arithmetic coding (DAC). */
const tables: Readonly<Record<JpegFamily, readonly number[]>> = {
  jpeg: [0xc4, 0xda, 0xdb, 0xdd],
  'jpeg-ls': [0xda, 0xdd],
};

/** A header has no room behind what it says. @standard ISO 10918-1 §B.2.2, §B.2.3, §B.2.4.4 */
function checkLength(segment: Uint8Array): void {
  const marker = segment[1] ?? 0;
  const isExact =
    (!isFrameHeader(marker) || segment.length === 10 + 3 * (segment[9] ?? 0)) &&
    (marker !== sos || segment.length === 8 + 2 * (segment[4] ?? 0)) &&
    (marker !== dri || segment.length === 6);
  if (!isExact) throw unchecked('segment too long for what it says', 0);
}

/** APPn and COM. */
const isDropped = (marker: number): boolean =>
  (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe;

/**
 * Segments that say how to read the colours, if they say nothing else: JFIF without a thumbnail,
 * Adobe, and the colour transform of HP's JPEG-LS.
 */
function isHarmless(segment: Uint8Array): boolean {
  const body = segment.subarray(4);
  const names = (name: string): boolean => equalBytes(body.subarray(0, name.length), utf8(name));
  switch (segment[1]) {
    case 0xe0:
      return body.length === 14 && names('JFIF\0') && body[12] === 0 && body[13] === 0;
    case 0xe8:
      return body.length === 5 && names('mrfx');
    case 0xee:
      return body.length === 12 && names('Adobe');
    default:
      return false;
  }
}
