import { type AddressBytes, parseAddress } from './address.ts';

/** Addresses that share their first bits: one address, or a CIDR block. */
export interface AddressRange {
  readonly bytes: AddressBytes;
  /** 0 to 32 of IPv4, 0 to 128 of IPv6. */
  readonly prefixLength: number;
}

/**
 * Parse `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/48`. A block of IPv4-mapped addresses is one of
 * IPv4.
 *
 * @standard RFC 4632 §3.1
 * @returns undefined for anything else, also where bits are set behind the prefix: the sender may
 *   have meant another block
 */
export function parseAddressRange(text: string): AddressRange | undefined {
  const [address = '', length, ...more] = text.split('/');
  const bytes = parseAddress(address);
  if (bytes === undefined || more.length > 0) return undefined;
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return undefined;
  const bits = bytes.length * 8;
  const mapped = address.includes(':') ? 128 - bits : 0;
  const prefixLength = length === undefined ? bits : Number(length) - mapped;
  if (prefixLength < 0 || prefixLength > bits) return undefined;
  const range = { bytes, prefixLength };
  const isBlock = bytes.every((byte, at) => (byte & ~maskAt(range, at) & 0xff) === 0);
  return isBlock ? range : undefined;
}

/** Whether `address` lies in the range. */
export function rangeHas(range: AddressRange, address: AddressBytes): boolean {
  return (
    address.length === range.bytes.length &&
    address.every((byte, at) => (byte & maskAt(range, at)) === range.bytes[at])
  );
}

/** The bits of byte `at` that belong to the prefix. */
function maskAt({ prefixLength }: AddressRange, at: number): number {
  const bits = Math.min(8, Math.max(0, prefixLength - at * 8));
  return (0xff << (8 - bits)) & 0xff;
}
