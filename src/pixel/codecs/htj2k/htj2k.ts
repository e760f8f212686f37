import factory from '@cornerstonejs/codec-openjph';
import type { Codec } from '../../codec.ts';
import { decodeCodeStream } from '../../jpeg-2000/code-stream.ts';
import { openLibrary } from '../../wasm/wasm-library.ts';

/** High-throughput JPEG 2000, by OpenJPH. @standard ISO 15444-15; PS3.5 §A.4.11 */
export async function openHtj2k(): Promise<Codec> {
  const decode = await openLibrary(factory, 'HTJ2KDecoder');
  return {
    decode: (coded, shape) => decodeCodeStream(coded, shape, decode),
  };
}
