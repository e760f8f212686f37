/** Bytes of an address: 4 of IPv4, 16 of IPv6. IPv4-mapped IPv6 (`::ffff:a.b.c.d`) is IPv4. */
export type AddressBytes = readonly number[];

/**
 * Parse an IP address as sockets and people write it; a zone (`fe80::1%eth0`) is left out.
 *
 * @standard RFC 4291 §2.2, §2.5.5.2
 * @returns undefined for anything else, host names too
 */
export function parseAddress(text: string): AddressBytes | undefined {
  const [address = ''] = text.split('%');
  if (!address.includes(':')) return parseIpv4(address);
  const bytes = parseIpv6(address);
  const isMapped = bytes?.slice(0, 12).every((byte, at) => byte === (at < 10 ? 0 : 0xff)) === true;
  return isMapped ? bytes?.slice(12) : bytes;
}

/** Four decimal numbers without leading zeros, which some read as octal. */
function parseIpv4(text: string): AddressBytes | undefined {
  if (!/^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/.test(text)) return undefined;
  const bytes = text.split('.').map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

function parseIpv6(text: string): AddressBytes | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(groupsOf);
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const missing = 16 - head.length - (tail?.length ?? 0);
  // `::` stands for at least one group; without it all must be there.
  if (halves.length === 2 ? missing < 2 : missing !== 0) return undefined;
  return [...head, ...Array<number>(missing).fill(0), ...(tail ?? [])];
}

/** The bytes of `a:b:c`, whose last group may be an IPv4 address. */
function groupsOf(text: string): AddressBytes | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  const bytes: number[] = [];
  for (const [index, group] of groups.entries()) {
    const isLast = index === groups.length - 1;
    const ipv4 = isLast ? parseIpv4(group) : undefined;
    if (ipv4 === undefined && !/^[\da-f]{1,4}$/i.test(group)) return undefined;
    const value = Number.parseInt(group, 16);
    bytes.push(...(ipv4 ?? [value >> 8, value & 0xff]));
  }
  return bytes.length <= 16 ? bytes : undefined;
}
