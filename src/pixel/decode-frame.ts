import type { Codecs } from './codec-table.ts';
import type { DecodeRequest } from './decode-messages.ts';
import { pixelErrors } from './errors.ts';
import { fitSamples } from './fit-samples.ts';
import { sampleBytesOf } from './frame-shape.ts';
import { pixelLimits } from './limits.ts';
import { plainOfSamples } from './plain-frame.ts';

/**
 * Decode a frame to plain pixels. What the header says it is bounds what is made; a frame that is
 * another image fails.
 *
 * @throws MdmError of `pixelErrors`, whatever the frame holds
 */
export async function decodeFrame(codecs: Codecs, request: DecodeRequest): Promise<Uint8Array> {
  const { transferSyntaxUid, coded, shape } = request;
  if (sampleBytesOf(shape) > pixelLimits.frameBytesMax) {
    throw pixelErrors.create('PIXEL_LIMIT_EXCEEDED', { message: 'pixels of a frame' });
  }
  const codec = await codecs.for(transferSyntaxUid, coded);
  if (codec === undefined) throw pixelErrors.create('PIXEL_NO_CODEC');
  try {
    const frame = codec.decode(coded, shape);
    return plainOfSamples(fitSamples(frame, shape), frame.isRgb ? asRgb(shape) : shape);
  } catch (error) {
    // Libraries throw numbers, their own errors, or what WebAssembly traps on.
    throw pixelErrors.has(error) ? error : pixelErrors.create('PIXEL_CODED_INVALID');
  }
}

const asRgb = (shape: DecodeRequest['shape']): DecodeRequest['shape'] => ({
  ...shape,
  colour: 'rgb',
});
