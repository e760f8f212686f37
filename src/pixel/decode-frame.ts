import type { DecodedFrame } from './codec.ts';
import type { Codecs } from './codec-table.ts';
import type { DecodeRequest } from './decode-messages.ts';
import { pixelErrors } from './errors.ts';
import { fitSamples } from './fit-samples.ts';
import { type FrameShape, sampleBytesOf } from './frame-shape.ts';
import { pixelLimits } from './limits.ts';
import { plainOfSamples } from './plain-frame.ts';

/**
 * Decode a frame to plain pixels. What the header says it is bounds what is made; a frame that is
 * another image fails.
 *
 * @throws MdmError of `pixelErrors`, whatever the frame holds
 */
export async function decodeFrame(
  codecs: Codecs,
  { transferSyntaxUid, coded, shape }: Omit<DecodeRequest, 'kind'>,
): Promise<Uint8Array> {
  if (isTooLarge(shape)) {
    throw pixelErrors.create('PIXEL_LIMIT_EXCEEDED', { message: 'pixels of a frame' });
  }
  const codec = await codecs.for(transferSyntaxUid, coded);
  if (codec === undefined) throw pixelErrors.create('PIXEL_NO_CODEC');
  return pixelsOf(() => codec.decode(coded, shape), shape);
}

/** Whether a frame of this shape has more pixels than are made. */
export function isTooLarge(shape: FrameShape): boolean {
  return sampleBytesOf(shape) > pixelLimits.frameBytesMax;
}

/**
 * What a codec makes as plain pixels.
 *
 * @throws MdmError of `pixelErrors`, whatever `decode` throws
 */
export function pixelsOf(decode: () => DecodedFrame, shape: FrameShape): Uint8Array {
  try {
    const frame = decode();
    return plainOfSamples(fitSamples(frame, shape), frame.isRgb ? asRgb(shape) : shape);
  } catch (error) {
    // Libraries throw numbers, their own errors, or what WebAssembly traps on.
    throw pixelErrors.has(error) ? error : pixelErrors.create('PIXEL_CODED_INVALID');
  }
}

const asRgb = (shape: FrameShape): FrameShape => ({ ...shape, colour: 'rgb' });
