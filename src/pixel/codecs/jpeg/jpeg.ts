import factory from '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs';
import type { Codec } from '../../codec.ts';
import { openLibrary } from '../../wasm/wasm-library.ts';
import { withColours } from './with-colours.ts';

/**
 * Baseline and extended JPEG with samples of 8 bits, by libjpeg-turbo. Colours become red, green and
 * blue; the header says what they were, whatever the frame says.
 *
 * @standard ISO 10918-1 §F.2; PS3.5 §A.4.1
 */
export async function openJpeg(): Promise<Codec> {
  const decode = await openLibrary(factory, 'JPEGDecoder');
  return {
    decode(coded, shape) {
      const isColour = shape.samples === 3;
      const { info, pixels } = decode(isColour ? withColours(coded, shape.colour) : coded);
      return {
        rows: info.height,
        columns: info.width,
        samples: info.componentCount,
        bits: info.bitsPerSample,
        pixels,
        bytesPerSample: 1,
        signed: false,
        isRgb: isColour,
      };
    },
  };
}
