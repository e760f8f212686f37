import { type Codec, checkDecoded, type DecodedFrame } from '../../codec.ts';
import { invalid } from '../../errors.ts';
import { JpegBits } from '../../jpeg/bits.ts';
import { readScans } from '../../jpeg/read-scans.ts';
import { type LosslessRow, readLossless, type Scan } from '../../jpeg/units.ts';

/**
 * Lossless JPEG, process 14 with any predictor. No library here reads its 16 bits.
 *
 * @standard ISO 10918-1 Annex H; PS3.5 §A.4.1
 */
export const jpegLosslessCodec: Codec = {
  decode(coded, shape) {
    let frame: DecodedFrame | undefined;
    for (const step of readScans(coded)) {
      if (step.kind !== 'scan') continue;
      if (step.process !== 'lossless') throw invalid('another process', 0);
      const { rows, columns, frameComponents: samples, precision: bits } = step.scan;
      if (frame === undefined) {
        const bytesPerSample = bits > 8 ? 2 : 1;
        const form = { rows, columns, samples, bits, bytesPerSample, signed: false } as const;
        // Before memory is taken for what the frame says of itself.
        checkDecoded({ ...form, isRgb: false }, shape);
        const pixels = new Uint8Array(rows * columns * samples * bytesPerSample);
        frame = { ...form, pixels, isRgb: false };
      }
      fill(frame, step.scan, new JpegBits(step.data));
    }
    if (frame === undefined) throw invalid('no scan', 0);
    return frame;
  },
};

function fill(frame: DecodedFrame, scan: Scan, bits: JpegBits): void {
  const { samples, pixels, bytesPerSample } = frame;
  const words = bytesPerSample === 1 ? pixels : new Uint16Array(pixels.buffer);
  const take = ({ samples: row, component, row: at }: LosslessRow): void => {
    const place = scan.components[component]?.index ?? 0;
    const start = at * row.length * samples + place;
    if (samples === 1) words.set(row, start);
    // Samples of a pixel lie together, whether their components share a scan or have one each.
    else for (const [column, sample] of row.entries()) words[start + column * samples] = sample;
  };
  for (const _ of readLossless(bits, scan, take));
}
