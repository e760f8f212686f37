import { pixelErrors } from '../errors.ts';

/** What a library says of the frame it decoded. */
export interface WasmFrameInfo {
  readonly width: number;
  readonly height: number;
  readonly bitsPerSample: number;
  readonly componentCount: number;
  readonly isSigned?: boolean;
}

/** A decoder of a library, for one frame. */
interface WasmDecoder {
  getEncodedBuffer(length: number): Uint8Array;
  decode(): void;
  getDecodedBuffer(): ArrayBufferView;
  getFrameInfo(): WasmFrameInfo;
  getInterleaveMode?(): number;
  delete(): void;
}

/** What a library made of a frame. */
export interface WasmFrame {
  readonly info: WasmFrameInfo;
  /** A copy: the library's own memory is used again. */
  readonly pixels: Uint8Array;
  /** JPEG-LS: 0 where the components lie one behind the other. */
  readonly interleaveMode: number | undefined;
}

/** Decodes one frame with a library. Throws whatever the library does. */
export type DecodeWithLibrary = (coded: Uint8Array) => WasmFrame;

/** Start a library. What it prints goes nowhere: it could say something of the image. */
export async function openLibrary(
  factory: (options: object) => Promise<object>,
  decoderName: string,
): Promise<DecodeWithLibrary> {
  const silent = (): void => undefined;
  const library = await factory({ print: silent, printErr: silent });
  const Decoder = (library as Record<string, new () => WasmDecoder>)[decoderName];
  if (Decoder === undefined) throw pixelErrors.create('PIXEL_NO_CODEC', { message: decoderName });
  return (coded) => {
    const decoder = new Decoder();
    try {
      decoder.getEncodedBuffer(coded.length).set(coded);
      decoder.decode();
      const info = { ...decoder.getFrameInfo() };
      const interleaveMode = decoder.getInterleaveMode?.();
      return { info, pixels: copyOf(decoder.getDecodedBuffer()), interleaveMode };
    } finally {
      decoder.delete();
    }
  };
}

function copyOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(new Uint8Array(buffer, byteOffset, byteLength));
}
