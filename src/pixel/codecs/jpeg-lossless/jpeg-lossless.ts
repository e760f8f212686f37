import { checkDecoded, type DecodedFrame } from '../../codec.ts';
import { invalid } from '../../errors.ts';
import type { FrameShape } from '../../frame-shape.ts';
import { type ScanSink, type ScanTaker, scanCodec } from '../../jpeg/read-frame.ts';
import type { JpegProcess } from '../../jpeg/read-scans.ts';
import type { LosslessRow, Scan } from '../../jpeg/units.ts';

/**
 * Lossless JPEG, process 14 with any predictor. No library here reads its 16 bits.
 *
 * @standard ISO 10918-1 Annex H; PS3.5 §A.4.1
 */
export const jpegLosslessCodec = scanCodec((shape) => new LosslessSink(shape));

class LosslessSink implements ScanSink {
  readonly #shape: FrameShape;
  #frame: DecodedFrame | undefined;

  constructor(shape: FrameShape) {
    this.#shape = shape;
  }

  scan(process: JpegProcess, scan: Scan): ScanTaker {
    if (process !== 'lossless') throw invalid('another process', 0);
    this.#frame ??= frameOf(scan, this.#shape);
    return { row: rowTaker(this.#frame, scan) };
  }

  frame(): DecodedFrame {
    if (this.#frame === undefined) throw invalid('no scan', 0);
    return this.#frame;
  }
}

function frameOf(scan: Scan, shape: FrameShape): DecodedFrame {
  const { rows, columns, frameComponents: samples, precision: bits } = scan;
  const bytesPerSample = bits > 8 ? 2 : 1;
  const form = {
    rows,
    columns,
    samples,
    bits,
    bytesPerSample,
    signed: false,
    isRgb: false,
  } as const;
  // Before memory is taken for what the frame says of itself.
  checkDecoded(form, shape);
  return { ...form, pixels: new Uint8Array(rows * columns * samples * bytesPerSample) };
}

function rowTaker(frame: DecodedFrame, scan: Scan): (row: LosslessRow) => void {
  const { samples, pixels, bytesPerSample } = frame;
  const words = bytesPerSample === 1 ? pixels : new Uint16Array(pixels.buffer);
  return ({ samples: row, component, row: at }) => {
    const place = scan.components[component]?.index ?? 0;
    const start = at * row.length * samples + place;
    if (samples === 1) words.set(row, start);
    // Samples of a pixel lie together, whether their components share a scan or have one each.
    else for (const [column, sample] of row.entries()) words[start + column * samples] = sample;
  };
}
