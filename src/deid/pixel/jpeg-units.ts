import type { HuffmanCodes, JpegBits } from './jpeg-bits.ts';
import { unchecked } from './unchecked.ts';

/** A component of a scan. */
export interface ScanComponent {
  /** Sampling factors. */
  readonly across: number;
  readonly down: number;
  readonly dc: HuffmanCodes | undefined;
  readonly ac: HuffmanCodes | undefined;
}

/** What the coded data of a scan are. @standard ISO 10918-1 §B.2.2, §B.2.3 */
export interface Scan {
  readonly rows: number;
  readonly columns: number;
  /** Bits of a sample. */
  readonly precision: number;
  /** The largest sampling factors of the frame. */
  readonly across: number;
  readonly down: number;
  readonly components: readonly ScanComponent[];
  /** Units between two restart markers; 0: there are none. */
  readonly restartInterval: number;
  /** Ss and Al: predictor and point transform of a lossless scan. */
  readonly predictor: number;
  readonly pointTransform: number;
}

/**
 * Read all units of a sequential DCT scan, for where they end; no sample is computed. Yields after
 * some, so that others have their turn.
 *
 * @standard ISO 10918-1 §A.2, §F.2.2
 */
export function* readSequential(bits: JpegBits, scan: Scan): Generator<void, void, void> {
  const blocks = scan.components.flatMap((component) =>
    Array.from({ length: blocksOf(component, scan) }, () => tablesOf(component)),
  );
  const units = unitsAlong(scan, 'across') * unitsAlong(scan, 'down');
  for (let unit = 0; unit < units; unit += 1) {
    const { restartInterval: interval } = scan;
    if (interval > 0 && unit > 0 && unit % interval === 0) bits.restart();
    for (const { dc, ac } of blocks) readBlock(bits, dc, ac);
    yield;
  }
}

/** Blocks of a component in one unit; a scan of one component has units of one block. */
function blocksOf({ across, down }: ScanComponent, { components }: Scan): number {
  return components.length === 1 ? 1 : across * down;
}

function unitsAlong(scan: Scan, side: 'across' | 'down'): number {
  const samples = side === 'across' ? scan.columns : scan.rows;
  const [only, ...others] = scan.components;
  if (only === undefined || others.length > 0) return Math.ceil(samples / (8 * scan[side]));
  return Math.ceil(Math.ceil((samples * only[side]) / scan[side]) / 8);
}

function tablesOf({ dc, ac }: ScanComponent): Readonly<Record<'dc' | 'ac', HuffmanCodes>> {
  if (dc === undefined || ac === undefined) throw unchecked('no table for a scan', 0);
  return { dc, ac };
}

const lastCoefficient = 63;

function readBlock(bits: JpegBits, dc: HuffmanCodes, ac: HuffmanCodes): void {
  bits.number(bits.symbol(dc));
  let at = 0;
  while (at < lastCoefficient) {
    const symbol = bits.symbol(ac);
    if (symbol === 0) return;
    const size = symbol & 15;
    if (size === 0 && symbol !== 0xf0) throw unchecked('impossible run', 0);
    at += (symbol >>> 4) + 1;
    bits.number(size);
  }
  if (at > lastCoefficient) throw unchecked('more coefficients than a block has', 0);
}

/**
 * Read all samples of a lossless scan. Yields after some, so that others have their turn.
 *
 * @param check fails for a sample that cannot be
 * @standard ISO 10918-1 §H.1.2, §H.2
 */
export function* readLossless(
  bits: JpegBits,
  scan: Scan,
  check: (sample: number) => void,
): Generator<void, void, void> {
  const { rows, columns, precision, components, predictor, pointTransform } = scan;
  const rowsToRestart = scan.restartInterval / columns;
  const isSound =
    Number.isInteger(rowsToRestart) &&
    predictor >= 1 &&
    predictor <= 7 &&
    pointTransform < precision &&
    components.every(({ across, down }) => across === 1 && down === 1);
  if (!isSound) throw unchecked('unknown form of a lossless scan', 0);
  const lines = components.map(({ dc }) => new Line(columns, dc));
  const first = 2 ** (precision - pointTransform - 1);
  for (let row = 0; row < rows; row += 1) {
    const isFirst = row === 0 || (rowsToRestart > 0 && row % rowsToRestart === 0);
    if (isFirst && row > 0) bits.restart();
    for (const line of lines) line.start(isFirst ? { first, predictor: 1 } : { predictor });
    for (let column = 0; column < columns; column += 1) {
      for (const line of lines) check((line.read(bits, column) << pointTransform) & 0xffff);
      if (column % samplesAtOnce === 0) yield;
    }
  }
}

const samplesAtOnce = 128;

/** The samples of a component in a row, over those of the row above. */
class Line {
  readonly #samples: Uint16Array;
  readonly #codes: HuffmanCodes;
  #predictor = 1;
  /** What the first sample is predicted as; undefined: as the one above. */
  #first: number | undefined;
  #corner = 0;

  constructor(columns: number, codes: HuffmanCodes | undefined) {
    if (codes === undefined) throw unchecked('no table for a scan', 0);
    this.#samples = new Uint16Array(columns);
    this.#codes = codes;
  }

  /** @param row its predictor; with `first`, it is the first one of the scan or behind a restart marker */
  start(row: { readonly predictor: number; readonly first?: number }): void {
    this.#predictor = row.predictor;
    this.#first = row.first;
  }

  read(bits: JpegBits, column: number): number {
    const samples = this.#samples;
    const above = samples[column] ?? 0;
    const predicted =
      column === 0
        ? (this.#first ?? above)
        : predict(this.#predictor, samples[column - 1] ?? 0, above, this.#corner);
    const sample = (predicted + difference(bits, this.#codes)) & 0xffff;
    this.#corner = above;
    samples[column] = sample;
    return sample;
  }
}

/** @standard ISO 10918-1 Table H.1 */
function predict(predictor: number, left: number, above: number, corner: number): number {
  switch (predictor) {
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return corner;
    case 4:
      return left + above - corner;
    case 5:
      return left + ((above - corner) >> 1);
    case 6:
      return above + ((left - corner) >> 1);
    default:
      return (left + above) >> 1;
  }
}

/** @standard ISO 10918-1 §F.2.2.1, §H.1.2.2 */
function difference(bits: JpegBits, codes: HuffmanCodes): number {
  const size = bits.symbol(codes);
  if (size >= 16) return 32_768; // of 16 bits, and without any that follow
  const value = bits.number(size);
  return size > 0 && value < 2 ** (size - 1) ? value - 2 ** size + 1 : value;
}
