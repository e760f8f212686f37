import { BlockList, isIP } from 'node:net';
import { listenerErrors } from './errors.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether only this machine can reach `host`. A name other than `localhost` counts as reachable. */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return host === 'localhost';
  return loopback.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

/**
 * Plain HTTP is for this machine alone.
 * @param setting names the address in the message
 * @throws `LISTENER_INSECURE_ADDRESS`
 */
export function refusePlainHttp(host: string, setting = 'listen'): void {
  if (!isLoopback(host))
    throw listenerErrors.create('LISTENER_INSECURE_ADDRESS', { message: `${setting}: ${host}` });
}
