const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * Lower-case Crockford base32, most significant bits first, no padding.
 * The last character is filled with zero bits.
 */
export function toBase32(bytes: Uint8Array): string {
  let text = '';
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet[(buffer >> bits) & 31];
      buffer &= (1 << bits) - 1;
    }
  }
  return bits === 0 ? text : text + alphabet[(buffer << (5 - bits)) & 31];
}
