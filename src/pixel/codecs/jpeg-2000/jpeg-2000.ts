import factory from '@cornerstonejs/codec-openjpeg/decodewasmjs';
import type { Codec } from '../../codec.ts';
import { decodeCodeStream } from '../../jpeg-2000/code-stream.ts';
import { openLibrary } from '../../wasm/wasm-library.ts';

/** JPEG 2000, by OpenJPEG. @standard ISO 15444-1; PS3.5 §A.4.4 */
export async function openJpeg2000(): Promise<Codec> {
  const decode = await openLibrary(factory, 'J2KDecoder');
  return {
    decode: (coded, shape) => decodeCodeStream(coded, shape, decode),
  };
}
