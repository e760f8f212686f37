import { lookup } from 'node:dns/promises';
import { type AddressBytes, parseAddress } from '../../../lib/address/address.ts';

/** The addresses of a host: itself if it is one, else what the system's resolver says. */
export async function resolveHost(host: string): Promise<readonly AddressBytes[]> {
  const literal = parseAddress(host);
  if (literal !== undefined) return [literal];
  const found = await lookup(host, { all: true, verbatim: true });
  return found.map(({ address }) => parseAddress(address)).filter((each) => each !== undefined);
}
