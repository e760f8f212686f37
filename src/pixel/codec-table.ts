import type { Codec } from './codec.ts';
import { wordAt } from './jpeg/segments.ts';

/** By what a frame is decoded. */
type CodecName = 'rle' | 'jpeg' | 'jpeg-12' | 'jpeg-lossless' | 'jpeg-ls' | 'jpeg-2000' | 'htj2k';

/** Started when the first frame needs them: libraries take time and memory. */
const open: Readonly<Record<CodecName, () => Promise<Codec>>> = {
  rle: async () => (await import('./codecs/rle/rle.ts')).rleCodec,
  jpeg: async () => (await import('./codecs/jpeg/jpeg.ts')).openJpeg(),
  'jpeg-12': async () => (await import('./codecs/jpeg-12/jpeg-12.ts')).jpeg12Codec,
  'jpeg-lossless': async () =>
    (await import('./codecs/jpeg-lossless/jpeg-lossless.ts')).jpegLosslessCodec,
  'jpeg-ls': async () => (await import('./codecs/jpeg-ls/jpeg-ls.ts')).openJpegLs(),
  'jpeg-2000': async () => (await import('./codecs/jpeg-2000/jpeg-2000.ts')).openJpeg2000(),
  htj2k: async () => (await import('./codecs/htj2k/htj2k.ts')).openHtj2k(),
};

/** Transfer syntaxes by their end. @standard PS3.6 Table A-1 */
const codecOfSyntax: ReadonlyMap<string, CodecName> = new Map<string, CodecName>([
  ['5', 'rle'],
  ['4.50', 'jpeg'],
  ['4.51', 'jpeg'],
  ['4.57', 'jpeg-lossless'],
  ['4.70', 'jpeg-lossless'],
  ['4.80', 'jpeg-ls'],
  ['4.81', 'jpeg-ls'],
  ['4.90', 'jpeg-2000'],
  ['4.91', 'jpeg-2000'],
  ['4.201', 'htj2k'],
  ['4.202', 'htj2k'],
  ['4.203', 'htj2k'],
]);

const root = '1.2.840.10008.1.2.';

function nameOf(transferSyntaxUid: string): CodecName | undefined {
  if (!transferSyntaxUid.startsWith(root)) return undefined;
  return codecOfSyntax.get(transferSyntaxUid.slice(root.length));
}

/** Whether frames of a transfer syntax are decoded here. */
export function isDecodable(transferSyntaxUid: string): boolean {
  return nameOf(transferSyntaxUid) !== undefined;
}

/** Codecs, each started once. */
export class Codecs {
  readonly #opened = new Map<CodecName, Promise<Codec>>();

  /** The codec for a frame; undefined where there is none for its transfer syntax. */
  async for(transferSyntaxUid: string, coded: Uint8Array): Promise<Codec | undefined> {
    const named = nameOf(transferSyntaxUid);
    if (named === undefined) return undefined;
    const name = named === 'jpeg' && isOfTwelveBits(coded) ? 'jpeg-12' : named;
    const opened = this.#opened.get(name) ?? open[name]();
    this.#opened.set(name, opened);
    return opened;
  }
}

/** Whether the frame header of a sequential JPEG frame states samples of more than 8 bits. */
function isOfTwelveBits(coded: Uint8Array): boolean {
  for (let at = 2; at + 4 < coded.length; at += 2 + Math.max(2, wordAt(coded, at + 2))) {
    if (coded[at + 1] === 0xc0 || coded[at + 1] === 0xc1) return (coded[at + 4] ?? 8) > 8;
  }
  return false;
}
