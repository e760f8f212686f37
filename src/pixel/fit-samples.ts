import { checkDecoded, type DecodedFrame, mismatch } from './codec.ts';
import { type FrameShape, sampleBytesOf } from './frame-shape.ts';

/**
 * What a codec made as native little endian samples of the width that the header allocates.
 *
 * @throws MdmError `PIXEL_FRAME_MISMATCH` where it is another image, or of another length than it says
 */
export function fitSamples(frame: DecodedFrame, shape: FrameShape): Uint8Array {
  checkDecoded(frame, shape);
  const length = sampleBytesOf(shape);
  const width = Math.ceil(shape.bitsAllocated / 8);
  if (frame.pixels.length * width !== length * frame.bytesPerSample) throw mismatch('other length');
  if (frame.bytesPerSample === width) return frame.pixels;
  if (frame.bytesPerSample > width) throw mismatch('other bits');
  return widened(frame, width);
}

/** The same samples with more bytes, their sign repeated. */
function widened({ pixels, bytesPerSample, signed }: DecodedFrame, width: number): Uint8Array {
  const from = Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  const wide = Buffer.alloc((pixels.length / bytesPerSample) * width);
  for (let at = 0, to = 0; at < from.length; at += bytesPerSample, to += width) {
    if (signed) wide.writeIntLE(from.readIntLE(at, bytesPerSample), to, width);
    else wide.writeUIntLE(from.readUIntLE(at, bytesPerSample), to, width);
  }
  return new Uint8Array(wide.buffer, wide.byteOffset, wide.byteLength);
}
