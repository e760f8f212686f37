import factory from '@cornerstonejs/codec-charls/decodewasmjs';
import type { Codec } from '../../codec.ts';
import { interleave } from '../../planes.ts';
import { openLibrary } from '../../wasm/wasm-library.ts';

/** JPEG-LS, lossless and near-lossless, by CharLS. @standard ISO 14495-1; PS3.5 §A.4.3 */
export async function openJpegLs(): Promise<Codec> {
  const decode = await openLibrary(factory, 'JpegLSDecoder');
  return {
    decode(coded) {
      const { info, pixels, interleaveMode } = decode(coded);
      const { width: columns, height: rows, bitsPerSample: bits, componentCount: samples } = info;
      const bytesPerSample = bits > 8 ? 2 : 1;
      const isPlanar = samples > 1 && interleaveMode === 0;
      return {
        rows,
        columns,
        samples,
        bits,
        pixels: isPlanar ? interleave(pixels, { samples, bytesPerSample }) : pixels,
        bytesPerSample,
        signed: false,
        isRgb: false,
      };
    },
  };
}
