import { invalid } from '../errors.ts';
import {
  type CodedDifferences,
  codedDifferences,
  extended,
  type HuffmanCodes,
  type JpegBits,
} from './bits.ts';

/** A component of a scan. */
export interface ScanComponent {
  /** Its place among the components of the frame. */
  readonly index: number;
  /** Sampling factors. */
  readonly across: number;
  readonly down: number;
  readonly dc: HuffmanCodes | undefined;
  readonly ac: HuffmanCodes | undefined;
  /** Quantization steps in zigzag order; of a DCT process. */
  readonly steps: Uint16Array | undefined;
}

/** What the coded data of a scan are. @standard ISO 10918-1 §B.2.2, §B.2.3 */
export interface Scan {
  readonly rows: number;
  readonly columns: number;
  /** Bits of a sample. */
  readonly precision: number;
  /** Components of the frame: those of the scan, or more. */
  readonly frameComponents: number;
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

/** A block of coefficients, as its codes give it: zigzag order, not multiplied by the steps. */
export interface CodedBlock {
  /** Valid until the next block. */
  readonly coefficients: Int32Array;
  readonly component: ScanComponent;
  /** Its place among the blocks of its component. */
  readonly column: number;
  readonly row: number;
}

/**
 * Read all units of a sequential DCT scan.
 *
 * @param take hears of each block; without it nothing is kept, and only where the scan ends is known
 * @standard ISO 10918-1 §A.2, §F.2.2
 */
export function readSequential(
  bits: JpegBits,
  scan: Scan,
  take?: (block: CodedBlock) => void,
): void {
  const blocks = scan.components.flatMap((component) => blocksOf(component, scan));
  const across = unitsAlong(scan, 'across');
  const units = across * unitsAlong(scan, 'down');
  const coefficients = take === undefined ? undefined : new Int32Array(64);
  const previous = new Int32Array(scan.frameComponents);
  for (let unit = 0; unit < units; unit += 1) {
    const { restartInterval: interval } = scan;
    if (interval > 0 && unit > 0 && unit % interval === 0) {
      bits.restart();
      previous.fill(0);
    }
    for (const { component, dc, ac, ...block } of blocks) {
      readBlock(bits, { dc, ac, coefficients });
      if (coefficients === undefined || take === undefined) continue;
      coefficients[0] = (coefficients[0] ?? 0) + (previous[component.index] ?? 0);
      previous[component.index] = coefficients[0];
      const column = (unit % across) * block.across + block.left;
      const row = Math.floor(unit / across) * block.down + block.top;
      take({ coefficients, component, column, row });
    }
  }
}

/** A block of a unit: how many of its component there are in one, and which of them it is. */
interface UnitBlock {
  readonly component: ScanComponent;
  readonly dc: HuffmanCodes;
  readonly ac: HuffmanCodes;
  readonly across: number;
  readonly down: number;
  readonly left: number;
  readonly top: number;
}

/** Blocks of a component in one unit; a scan of one component has units of one block. */
function blocksOf(component: ScanComponent, { components }: Scan): readonly UnitBlock[] {
  const isAlone = components.length === 1;
  const [across, down] = isAlone ? [1, 1] : [component.across, component.down];
  const { dc, ac } = component;
  if (dc === undefined || ac === undefined) throw invalid('no table for a scan', 0);
  return Array.from({ length: across * down }, (_, at) => {
    return { component, dc, ac, across, down, left: at % across, top: Math.floor(at / across) };
  });
}

function unitsAlong(scan: Scan, side: 'across' | 'down'): number {
  const samples = side === 'across' ? scan.columns : scan.rows;
  const [only, ...others] = scan.components;
  if (only === undefined || others.length > 0) return Math.ceil(samples / (8 * scan[side]));
  return Math.ceil(Math.ceil((samples * only[side]) / scan[side]) / 8);
}

const lastCoefficient = 63;

function readBlock(
  bits: JpegBits,
  into: { dc: HuffmanCodes; ac: HuffmanCodes; coefficients: Int32Array | undefined },
): void {
  const { dc, ac, coefficients } = into;
  const first = bits.difference(dc);
  if (coefficients !== undefined) coefficients.fill(0)[0] = first;
  let at = 0;
  while (at < lastCoefficient) {
    const symbol = bits.symbol(ac);
    if (symbol === 0) return;
    const size = symbol & 15;
    if (size === 0 && symbol !== 0xf0) throw invalid('impossible run', 0);
    at += (symbol >>> 4) + 1;
    const value = extended(bits.number(size), size);
    if (coefficients !== undefined) coefficients[at] = value;
  }
  if (at > lastCoefficient) throw invalid('more coefficients than a block has', 0);
}

/** A row of one component of a lossless scan. */
export interface LosslessRow {
  /** Valid until the next row. */
  readonly samples: Uint16Array;
  /** Its place among the components of the scan. */
  readonly component: number;
  readonly row: number;
}

/**
 * Read all samples of a lossless scan.
 *
 * @param take hears of each row of each component
 * @standard ISO 10918-1 §H.1.2, §H.2
 */
export function readLossless(bits: JpegBits, scan: Scan, take: (row: LosslessRow) => void): void {
  const { rows, columns, precision, components, predictor, pointTransform } = scan;
  const rowsToRestart = scan.restartInterval / columns;
  const isSound =
    Number.isInteger(rowsToRestart) &&
    predictor >= 1 &&
    predictor <= 7 &&
    pointTransform < precision &&
    components.every(({ across, down }) => across === 1 && down === 1);
  if (!isSound) throw invalid('unknown form of a lossless scan', 0);
  const lines = components.map(({ dc }) => new Line(columns, dc));
  const [only, another] = lines;
  const first = 2 ** (precision - pointTransform - 1);
  for (let row = 0; row < rows; row += 1) {
    const isFirst = row === 0 || (rowsToRestart > 0 && row % rowsToRestart === 0);
    if (isFirst && row > 0) bits.restart();
    for (const line of lines) line.start(isFirst ? { first, predictor: 1 } : { predictor });
    if (only !== undefined && another === undefined) only.readAll(bits);
    else readTogether(bits, lines, columns);
    for (const [component, { samples }] of lines.entries()) {
      const scaled =
        pointTransform === 0 ? samples : samples.map((sample) => sample << pointTransform);
      take({ samples: scaled, component, row });
    }
  }
}

/** Those of a pixel come one after another. */
function readTogether(bits: JpegBits, lines: readonly Line[], columns: number): void {
  for (let column = 0; column < columns; column += 1) {
    for (const line of lines) line.read(bits, column);
  }
}

/** The samples of a component in a row, over those of the row above. */
class Line {
  readonly samples: Uint16Array;
  readonly #codes: HuffmanCodes;
  readonly #differences: CodedDifferences;
  #predictor = 1;
  /** What the first sample is predicted as; undefined: as the one above. */
  #first: number | undefined;
  #corner = 0;

  constructor(columns: number, codes: HuffmanCodes | undefined) {
    if (codes === undefined) throw invalid('no table for a scan', 0);
    this.samples = new Uint16Array(columns);
    this.#codes = codes;
    this.#differences = codedDifferences(codes);
  }

  /** @param row its predictor; with `first`, it is the first one of the scan or behind a restart marker */
  start(row: { readonly predictor: number; readonly first?: number }): void {
    this.#predictor = row.predictor;
    this.#first = row.first;
  }

  /** The whole row. */
  readAll(bits: JpegBits): void {
    this.read(bits, 0);
    const { samples } = this;
    if (this.#predictor === 1) {
      const [differences, codes] = [this.#differences, this.#codes];
      let sample = samples[0] ?? 0;
      for (let column = 1; column < samples.length; column += 1) {
        sample = (sample + bits.tabled(differences, codes)) & 0xffff;
        samples[column] = sample;
      }
      return;
    }
    for (let column = 1; column < samples.length; column += 1) this.read(bits, column);
  }

  read(bits: JpegBits, column: number): void {
    const { samples } = this;
    const above = samples[column] ?? 0;
    const predicted =
      column === 0
        ? (this.#first ?? above)
        : predict(this.#predictor, samples[column - 1] ?? 0, above, this.#corner);
    this.#corner = above;
    samples[column] = (predicted + bits.tabled(this.#differences, this.#codes)) & 0xffff;
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
