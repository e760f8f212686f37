import { noBytes } from '../../lib/bytes/bytes.ts';

/** The bytes of the first PEM block with `label`; empty when there is none. @standard RFC 7468 §2 */
export function decodePem(text: string, label: string): Uint8Array {
  const begin = `-----BEGIN ${label}-----`;
  const start = text.indexOf(begin);
  const end = text.indexOf(`-----END ${label}-----`, start);
  if (start < 0 || end < 0) return noBytes;
  return new Uint8Array(Buffer.from(text.slice(start + begin.length, end), 'base64'));
}
