import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import type { Owner } from './owner.ts';

/**
 * A relay to a loopback port that calls from `localAddress`, for programs that cannot choose where
 * they call from. Gives its port.
 */
export async function relayFrom(owner: Owner, localAddress: string, port: number): Promise<number> {
  const server = createServer((client) => {
    const target = connect({ host: '127.0.0.1', port, localAddress });
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] as const) {
      from.on('error', () => {}); // a reset is one way to end
      from.on('close', () => to.destroy());
      from.pipe(to);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  owner.after(() => void server.close());
  return (server.address() as AddressInfo).port;
}
