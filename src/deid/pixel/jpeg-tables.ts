import { concatBytes } from '../../lib/bytes/bytes.ts';
import { tablesIn } from '../../pixel/index.ts';
import { readCoded } from './unchecked.ts';

/** A marker segment, or coded data, which has no marker. */
export interface JpegPart {
  readonly marker: number | undefined;
  readonly bytes: Uint8Array;
}

const sof = { progressive: 0xc2, lossless: 0xc3 } as const;
const sequential: readonly number[] = [0xc0, 0xc1];
const dht = 0xc4;
const sos = 0xda;
const dqt = 0xdb;

/**
 * The parts of a frame without Huffman and quantization tables that no scan reads: of one that is
 * not referred to, or replaced before a scan, a decoder makes nothing, so it could hold any bytes.
 *
 * @standard ISO 10918-1 §B.2.3, §B.2.4
 * @throws MdmError `DEID_COMPRESSED_UNCHECKED` where a segment is longer than what it holds, or a table
 *   has a symbol that its kind has not
 */
export function withoutUnreadTables(parts: readonly JpegPart[]): readonly Uint8Array[] {
  const frame = parts.find(({ marker }) => isFrameHeader(marker));
  const wanted = new Set<string>();
  const kept: Uint8Array[] = [];
  for (const { marker, bytes } of parts.toReversed()) {
    if (marker === sos) for (const table of tablesOfScan(bytes, frame)) wanted.add(table);
    kept.push(marker === dht || marker === dqt ? keepWanted(bytes, wanted) : bytes);
  }
  return kept.toReversed();
}

/** SOFn of 10918-1. */
function isFrameHeader(marker = 0): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![dht, 0xc8, 0xcc].includes(marker);
}

/** The tables that the decoder of a scan reads. */
function tablesOfScan(scan: Uint8Array, frame: JpegPart | undefined): readonly string[] {
  const components = scan[4] ?? 0;
  const [first = 0, , approximation = 0] = scan.subarray(5 + 2 * components);
  return Array.from({ length: components }, (_, index) => {
    const [id = 0, selectors = 0] = scan.subarray(5 + 2 * index);
    const dc = `huffman 0 ${selectors >>> 4}`;
    const ac = `huffman 1 ${selectors & 15}`;
    const quantization = `quantization ${quantizationOf(id, frame)}`;
    if (frame?.marker === sof.lossless) return [dc];
    if (sequential.includes(frame?.marker ?? 0)) return [dc, ac, quantization];
    if (frame?.marker !== sof.progressive) return [quantization];
    if (first > 0) return [ac, quantization];
    return approximation >>> 4 === 0 ? [dc, quantization] : [quantization];
  }).flat();
}

function quantizationOf(component: number, frame: JpegPart | undefined): number | undefined {
  const stated = frame?.bytes.subarray(10) ?? new Uint8Array(0);
  for (let at = 0; at + 2 < stated.length; at += 3) {
    if (stated[at] === component) return stated[at + 2];
  }
  return undefined;
}

/** The segment with the tables that are wanted and not defined again; they are wanted no more. */
function keepWanted(segment: Uint8Array, wanted: Set<string>): Uint8Array {
  const tables = readCoded(() => tablesIn(segment));
  const kept = tables.toReversed().filter(({ name }) => wanted.delete(name));
  if (kept.length === tables.length) return segment;
  if (kept.length === 0) return new Uint8Array(0);
  const body = concatBytes(kept.toReversed().map(({ bytes }) => bytes));
  const length = body.length + 2;
  return concatBytes([segment.subarray(0, 2), Uint8Array.of(length >>> 8, length & 255), body]);
}
