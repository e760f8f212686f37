import { parseAddress } from '../lib/address/address.ts';
import { parseAddressRange, rangeHas } from '../lib/address/address-range.ts';

/** Whether an address is among `ranges`: addresses, or networks as `10.0.0.0/8`. */
export function createProxyList(ranges: readonly string[]): (address: string) => boolean {
  const known = ranges.map(parseAddressRange).filter((range) => range !== undefined);
  return (text) => {
    const address = parseAddress(text);
    return address !== undefined && known.some((range) => rangeHas(range, address));
  };
}
