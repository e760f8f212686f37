import { concatBytes } from '../../lib/bytes/bytes.ts';
import type { Codec, DecodedFrame } from '../codec.ts';
import type { FrameShape } from '../frame-shape.ts';
import { JpegBits } from './bits.ts';
import { type JpegProcess, type JpegStep, readScans } from './read-scans.ts';
import { type SampleUse, unusedBitCheck } from './sample-use.ts';
import {
  type CodedBlock,
  type LosslessRow,
  readLossless,
  readSequential,
  type Scan,
} from './units.ts';

/** What hears of what a scan holds: rows of a lossless one, blocks of a sequential one. */
export interface ScanTaker {
  readonly row?: (row: LosslessRow) => void;
  readonly block?: (block: CodedBlock) => void;
}

/** Makes pixels of what is read of a frame. Opening one takes no memory. */
export interface ScanSink {
  /** @throws MdmError of `pixelErrors` for a scan of another image, or of none */
  scan(process: JpegProcess, scan: Scan): ScanTaker;
  /** All scans were read. @throws MdmError of `pixelErrors` where they are no image */
  frame(): DecodedFrame;
}

/** The codec that makes its pixels while coded data are read. */
export function scanCodec(open: (shape: FrameShape) => ScanSink): Codec {
  return {
    open,
    decode(coded, shape) {
      const sink = open(shape);
      readFrame(coded, { sink });
      return sink.frame();
    },
  };
}

/**
 * Read the coded data of a JPEG frame, each scan to its last unit.
 *
 * @param options `use`: what samples of a lossless frame are held against; `sink`: who wants the rest
 * @returns the frame without what stands behind the last unit of a scan; as it was where nothing does
 * @throws MdmError `PIXEL_CODED_INVALID`, and what the sink throws
 * @standard ISO 10918-1 §B.2
 */
export function readFrame(
  coded: Uint8Array,
  options: { readonly use?: SampleUse | undefined; readonly sink?: ScanSink | undefined },
): Uint8Array {
  const kept: Uint8Array[] = [];
  let bytes = 0;
  for (const step of readScans(coded)) {
    const part = step.kind === 'scan' ? step.data.subarray(0, readScan(step, options)) : step.bytes;
    kept.push(part);
    bytes += part.length;
  }
  return bytes === coded.length ? coded : concatBytes(kept);
}

/** @returns bytes of the data of a scan of which at least a bit was read */
function readScan(
  { process, scan, data }: JpegStep & { kind: 'scan' },
  { use, sink }: { readonly use?: SampleUse | undefined; readonly sink?: ScanSink | undefined },
): number {
  const bits = new JpegBits(data);
  const { row: takeRow, block } = sink?.scan(process, scan) ?? {};
  if (process === 'sequential') readSequential(bits, scan, block);
  else {
    const check = use && unusedBitCheck(use, scan.precision);
    readLossless(bits, scan, (row) => {
      check?.(row.samples);
      takeRow?.(row);
    });
  }
  return bits.end;
}

/**
 * A sink whose failure shows when its frame is asked for: whether coded data are a frame does not
 * depend on whether somebody wants pixels of it, nor on who makes them.
 */
export class HeldSink implements ScanSink {
  readonly #sink: ScanSink;
  #failure: { readonly error: unknown } | undefined;

  constructor(sink: ScanSink) {
    this.#sink = sink;
  }

  scan(process: JpegProcess, scan: Scan): ScanTaker {
    const { row, block } = this.#hold(() => this.#sink.scan(process, scan)) ?? {};
    return {
      ...(row && { row: (each) => this.#hold(() => row(each)) }),
      ...(block && { block: (each) => this.#hold(() => block(each)) }),
    };
  }

  frame(): DecodedFrame {
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.#sink.frame();
  }

  #hold<T>(make: () => T): T | undefined {
    if (this.#failure !== undefined) return undefined;
    try {
      return make();
    } catch (error) {
      this.#failure = { error };
      return undefined;
    }
  }
}
