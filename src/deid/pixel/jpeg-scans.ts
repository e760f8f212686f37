import { concatBytes } from '../../lib/bytes/bytes.ts';
import { visitInSlices } from '../../lib/streams/visit-in-slices.ts';
import type { ImageShape } from './image-shape.ts';
import { scanEnd, segmentEnd } from './jpeg.ts';
import { type HuffmanCodes, huffmanCodes, JpegBits } from './jpeg-bits.ts';
import { tablesIn } from './jpeg-tables.ts';
import { readLossless, readSequential, type Scan } from './jpeg-units.ts';
import { unchecked } from './unchecked.ts';

const marker = { eoi: 0xd9, dht: 0xc4, dri: 0xdd, sos: 0xda } as const;
const sof = { baseline: 0xc0, extended: 0xc1, lossless: 0xc3 } as const;

/** What the segments before a scan say. */
interface State {
  readonly tables: Map<number, HuffmanCodes>;
  readonly scanned: Set<number>;
  frame: Uint8Array | undefined;
  restartInterval: number;
}

/**
 * A JPEG frame without what its coded data hold behind the last unit. A sample of a lossless frame
 * whose unused bits hold something is refused: to clean it would be to encode it anew.
 *
 * @param frame a frame that `cleanJpeg` gave
 * @standard ISO 10918-1 §B.2, PS3.5 §8.2.1
 * @throws MdmError `DEID_COMPRESSED_UNCHECKED` too where a decoder would fail, and for processes that
 *   no transfer syntax of DICOM has
 */
export async function cleanScans(frame: Uint8Array, shape: ImageShape): Promise<Uint8Array> {
  const kept: Uint8Array[] = [frame.subarray(0, 2)];
  const state: State = {
    tables: new Map(),
    scanned: new Set(),
    frame: undefined,
    restartInterval: 0,
  };
  let at = 2;
  while (frame[at + 1] !== marker.eoi) {
    const end = segmentEnd(frame, at);
    const segment = frame.subarray(at, end);
    kept.push(segment);
    at = end;
    if (segment[1] !== marker.sos) {
      note(segment, state);
      continue;
    }
    at = scanEnd(frame, end, 'jpeg');
    const data = frame.subarray(end, at);
    kept.push(data.subarray(0, await readScan(data, { segment, state, shape })));
  }
  kept.push(frame.subarray(at));
  return concatBytes(kept);
}

function note(segment: Uint8Array, state: State): void {
  const kind = segment[1] ?? 0;
  if (kind === marker.dri) state.restartInterval = wordAt(segment, 4);
  if (kind === marker.dht)
    for (const { bytes } of tablesIn(segment))
      state.tables.set(bytes[0] ?? 0, huffmanCodes(bytes.subarray(1)));
  if (([sof.baseline, sof.extended, sof.lossless] as readonly number[]).includes(kind))
    state.frame = segment;
}

/** Reads a scan. @returns bytes of its data of which at least a bit was read */
async function readScan(
  data: Uint8Array,
  { segment, state, shape }: { segment: Uint8Array; state: State; shape: ImageShape },
): Promise<number> {
  const { frame } = state;
  if (frame === undefined) throw unchecked('a process that DICOM does not have', 0);
  const scan = scanOf(segment, frame, state);
  const bits = new JpegBits(data);
  const reading =
    frame[1] === sof.lossless
      ? readLossless(bits, scan, unusedBitCheck(shape, scan.precision))
      : readSequential(bits, scan);
  await visitInSlices(reading, () => undefined);
  return bits.end;
}

function scanOf(segment: Uint8Array, frame: Uint8Array, state: State): Scan {
  const stated = Array.from({ length: frame[9] ?? 0 }, (_, index) => {
    const [id = 0, sampling = 0] = frame.subarray(10 + 3 * index);
    return { id, across: sampling >>> 4, down: sampling & 15 };
  });
  const count = segment[4] ?? 0;
  const components = Array.from({ length: count }, (_, index) => {
    const [id = 0, selectors = 0] = segment.subarray(5 + 2 * index);
    const known = stated.find((each) => each.id === id);
    if (known === undefined || state.scanned.has(id)) throw unchecked('a component twice', 0);
    state.scanned.add(id);
    const { tables } = state;
    return { ...known, dc: tables.get(selectors >>> 4), ac: tables.get(16 + (selectors & 15)) };
  });
  const [predictor = 0, , approximation = 0] = segment.subarray(5 + 2 * count);
  return {
    precision: frame[4] ?? 0,
    rows: wordAt(frame, 5),
    columns: wordAt(frame, 7),
    across: Math.max(1, ...stated.map(({ across }) => across)),
    down: Math.max(1, ...stated.map(({ down }) => down)),
    components,
    restartInterval: state.restartInterval,
    predictor,
    pointTransform: approximation & 15,
  };
}

/** Fails for a sample with something in bits that the header does not use, but for padding. */
function unusedBitCheck({ bits }: ImageShape, precision: number): (sample: number) => void {
  const { bitsStored, highBit, signed, padding } = bits;
  if (precision === bitsStored) return () => undefined;
  const low = highBit + 1 - bitsStored;
  const all = 2 ** precision - 1;
  const ones = all >>> (highBit + 1);
  const isNegative = (sample: number): boolean => signed && ((sample >>> highBit) & 1) === 1;
  const pad = padding === undefined ? undefined : padding & all;
  const below = 2 ** low - 1;
  return (sample) => {
    const above = sample >>> (highBit + 1);
    const isClean =
      (above === 0 || (above === ones && isNegative(sample))) && (sample & below) === 0;
    if (!isClean && sample !== pad) throw unchecked('unused bits of a sample', 0);
  };
}

const wordAt = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
