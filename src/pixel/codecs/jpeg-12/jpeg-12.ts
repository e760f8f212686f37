import { checkDecoded, type DecodedFrame } from '../../codec.ts';
import { invalid, pixelErrors } from '../../errors.ts';
import type { FrameShape } from '../../frame-shape.ts';
import { type ScanSink, type ScanTaker, scanCodec } from '../../jpeg/read-frame.ts';
import type { JpegProcess } from '../../jpeg/read-scans.ts';
import type { CodedBlock, Scan } from '../../jpeg/units.ts';
import { inverseDct } from './inverse-dct.ts';

/** Row by row, where coefficient n of the zigzag lies. @standard ISO 10918-1 Figure A.6 */
const zigzag: Uint8Array = Uint8Array.from(
  Array.from({ length: 64 }, (_, at) => at).toSorted((a, b) => rankOf(a) - rankOf(b)),
);

/** Along diagonals, up and down in turn. */
function rankOf(at: number): number {
  const [row, column] = [at >> 3, at & 7];
  const diagonal = row + column;
  return diagonal * 8 + (diagonal % 2 === 0 ? column : row);
}

/**
 * Extended JPEG with samples of 12 bits, which libraries are built for 8 or for 12 bits to read and
 * those at hand for 8. Components that are sampled less often are none of its.
 *
 * @standard ISO 10918-1 §F.2; PS3.5 §A.4.1
 */
export const jpeg12Codec = scanCodec((shape) => new TwelveBitSink(shape));

class TwelveBitSink implements ScanSink {
  readonly #shape: FrameShape;
  #frame: DecodedFrame | undefined;

  constructor(shape: FrameShape) {
    this.#shape = shape;
  }

  scan(process: JpegProcess, scan: Scan): ScanTaker {
    if (process !== 'sequential') throw invalid('another process', 0);
    this.#frame ??= frameOf(scan, this.#shape);
    return { block: blockTaker(this.#frame, scan) };
  }

  frame(): DecodedFrame {
    if (this.#frame === undefined) throw invalid('no scan', 0);
    return this.#frame;
  }
}

function frameOf(scan: Scan, shape: FrameShape): DecodedFrame {
  const { rows, columns, frameComponents: samples, precision: bits } = scan;
  const form = { rows, columns, samples, bits, bytesPerSample: 2, signed: false } as const;
  // Before memory is taken for what the frame says of itself.
  checkDecoded({ ...form, isRgb: false }, shape);
  return { ...form, pixels: new Uint8Array(rows * columns * samples * 2), isRgb: false };
}

function blockTaker(frame: DecodedFrame, scan: Scan): (coded: CodedBlock) => void {
  const isFull = ({ across, down }: Scan['components'][number]): boolean =>
    scan.frameComponents === 1 || (across === scan.across && down === scan.down);
  if (!scan.components.every(isFull)) {
    throw pixelErrors.create('PIXEL_NO_CODEC', { message: 'subsampled components of 12 bits' });
  }
  const words = new Uint16Array(frame.pixels.buffer);
  const block = new Float64Array(64);
  return (coded) => {
    dequantize(coded, block);
    inverseDct(block);
    put(words, { frame, coded, block });
  };
}

function dequantize({ coefficients, component }: CodedBlock, block: Float64Array): void {
  const { steps } = component;
  if (steps === undefined) throw invalid('no quantization table for a component', 0);
  for (let at = 0; at < 64; at += 1) {
    block[zigzag[at] ?? 0] = (coefficients[at] ?? 0) * (steps[at] ?? 0);
  }
}

/** The samples of a block that lie in the image. */
function put(
  words: Uint16Array,
  { frame, coded, block }: { frame: DecodedFrame; coded: CodedBlock; block: Float64Array },
): void {
  const { rows, columns, samples, bits } = frame;
  const [middle, most] = [2 ** (bits - 1), 2 ** bits - 1];
  const [left, top] = [8 * coded.column, 8 * coded.row];
  const [right, bottom] = [Math.min(8, columns - left), Math.min(8, rows - top)];
  for (let row = 0; row < bottom; row += 1) {
    for (let column = 0; column < right; column += 1) {
      const value = (block[8 * row + column] ?? 0) + middle;
      const pixel = (top + row) * columns + left + column;
      words[pixel * samples + coded.component.index] = Math.min(Math.max(value, 0), most);
    }
  }
}
