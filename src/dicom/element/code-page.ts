import { TextDecoder } from 'node:util';

/** Decode the default repertoire: 7 bits, all else is U+FFFD. */
export function decodeAscii(bytes: Uint8Array): string {
  return decodeLatin1(bytes)
    .replaceAll(/[\u0080-\u00ff]/g, '\ufffd')
    .replaceAll('\x1b', '\ufffd');
}

const decoders = new Map<string, TextDecoder>();

/** Decode by the platform's decoder of that label. */
export function decodeWith(label: string, bytes: Uint8Array): string {
  let decoder = decoders.get(label);
  if (decoder === undefined) {
    decoder = new TextDecoder(label, { ignoreBOM: true });
    decoders.set(label, decoder);
  }
  return decoder.decode(bytes);
}

/** Each byte as the character of that number. */
export function decodeLatin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
