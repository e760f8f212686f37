import { invalid } from '../errors.ts';
import { type HuffmanCodes, huffmanCodes } from './bits.ts';
import { scanEnd, segmentEnd, wordAt } from './segments.ts';
import { tablesIn } from './tables.ts';
import type { Scan } from './units.ts';

const marker = { eoi: 0xd9, dht: 0xc4, dqt: 0xdb, dri: 0xdd, sos: 0xda } as const;
const processes: ReadonlyMap<number, JpegProcess> = new Map([
  [0xc0, 'sequential'],
  [0xc1, 'sequential'],
  [0xc3, 'lossless'],
]);

/** Processes that transfer syntaxes of DICOM have. */
export type JpegProcess = 'sequential' | 'lossless';

/** A marker segment, a scan with its coded data, or what stands from EOI on. */
export type JpegStep =
  | { readonly kind: 'segment' | 'end'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'scan';
      readonly process: JpegProcess;
      readonly scan: Scan;
      readonly data: Uint8Array;
    };

/** What the segments before a scan say. */
interface State {
  readonly codes: Map<number, HuffmanCodes>;
  readonly quantization: Map<number, Uint16Array>;
  readonly scanned: Set<number>;
  frame: Uint8Array | undefined;
  restartInterval: number;
}

/**
 * The segments and scans of a JPEG frame, in order; each scan with the tables that hold for it.
 *
 * @param frame without fill bytes between segments, as `deid` leaves it
 * @standard ISO 10918-1 §B.2
 */
export function* readScans(frame: Uint8Array): Generator<JpegStep, void, void> {
  const state: State = {
    codes: new Map(),
    quantization: new Map(),
    scanned: new Set(),
    frame: undefined,
    restartInterval: 0,
  };
  let at = 2;
  yield { kind: 'segment', bytes: frame.subarray(0, at) };
  while (frame[at + 1] !== marker.eoi) {
    const end = segmentEnd(frame, at);
    const segment = frame.subarray(at, end);
    yield { kind: 'segment', bytes: segment };
    at = end;
    if (segment[1] !== marker.sos) {
      note(segment, state);
      continue;
    }
    at = scanEnd(frame, end, 'jpeg');
    yield { ...scanOf(segment, state), kind: 'scan', data: frame.subarray(end, at) };
  }
  const components = state.frame === undefined ? 0 : componentsIn(state.frame).length;
  if (state.scanned.size !== components) throw invalid('a component without a scan', at);
  yield { kind: 'end', bytes: frame.subarray(at) };
}

function note(segment: Uint8Array, state: State): void {
  const kind = segment[1] ?? 0;
  if (kind === marker.dri) state.restartInterval = wordAt(segment, 4);
  if (kind === marker.dht)
    for (const { bytes } of tablesIn(segment))
      state.codes.set(bytes[0] ?? 0, huffmanCodes(bytes.subarray(1)));
  if (kind === marker.dqt)
    for (const { bytes } of tablesIn(segment))
      state.quantization.set((bytes[0] ?? 0) & 15, stepsIn(bytes));
  if (processes.has(kind)) state.frame = segment;
}

/** Quantization steps in zigzag order. */
function stepsIn(table: Uint8Array): Uint16Array {
  const isWide = (table[0] ?? 0) >>> 4 !== 0;
  return Uint16Array.from({ length: 64 }, (_, at) =>
    isWide ? wordAt(table, 1 + 2 * at) : (table[1 + at] ?? 0),
  );
}

function scanOf(segment: Uint8Array, state: State): { process: JpegProcess; scan: Scan } {
  const { frame, codes } = state;
  const process = processes.get(frame?.[1] ?? 0);
  if (frame === undefined || process === undefined) {
    throw invalid('a process that DICOM does not have', 0);
  }
  const stated = componentsIn(frame);
  const count = segment[4] ?? 0;
  const components = Array.from({ length: count }, (_, index) => {
    const [id = 0, selectors = 0] = segment.subarray(5 + 2 * index);
    const known = stated.find((each) => each.id === id);
    if (known === undefined || state.scanned.has(id)) throw invalid('a component twice', 0);
    state.scanned.add(id);
    return {
      ...known,
      dc: codes.get(selectors >>> 4),
      ac: codes.get(16 + (selectors & 15)),
      steps: state.quantization.get(known.quantization),
    };
  });
  const [predictor = 0, , approximation = 0] = segment.subarray(5 + 2 * count);
  const scan: Scan = {
    precision: frame[4] ?? 0,
    rows: wordAt(frame, 5),
    columns: wordAt(frame, 7),
    frameComponents: stated.length,
    across: Math.max(1, ...stated.map(({ across }) => across)),
    down: Math.max(1, ...stated.map(({ down }) => down)),
    components,
    restartInterval: state.restartInterval,
    predictor,
    pointTransform: approximation & 15,
  };
  return { process, scan };
}

/** @standard ISO 10918-1 §B.2.2 */
function componentsIn(frame: Uint8Array): readonly {
  readonly id: number;
  readonly index: number;
  readonly across: number;
  readonly down: number;
  readonly quantization: number;
}[] {
  return Array.from({ length: frame[9] ?? 0 }, (_, index) => {
    const [id = 0, sampling = 0, quantization = 0] = frame.subarray(10 + 3 * index);
    return { id, index, across: sampling >>> 4, down: sampling & 15, quantization };
  });
}
