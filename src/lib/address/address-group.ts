import { parseAddress } from './address.ts';

/** Bytes of an IPv6 address that its owner does not choose: a site gives each network a /64. */
const networkBytes = 8;

/**
 * Who an address counts as where addresses are counted: IPv4 by itself, IPv6 by its /64, as whoever
 * has one address of a /64 has all of them. IPv4-mapped forms count as IPv4.
 */
export function addressGroup(address: string): string {
  const bytes = parseAddress(address);
  if (bytes === undefined) return address;
  if (bytes.length === 4) return bytes.join('.');
  const network = Buffer.from(bytes.slice(0, networkBytes)).toString('hex');
  return `${network}/64`;
}
