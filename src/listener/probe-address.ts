import { createServer } from 'node:net';
import { bindTo } from './bind-to.ts';

/**
 * Find out whether this machine lets us listen on an address, and give it back at once.
 * @param endpoint.setting names it in the message
 * @throws `LISTENER_ADDRESS_IN_USE`, `LISTENER_ADDRESS_UNAVAILABLE`
 */
export async function probeAddress(endpoint: {
  readonly host: string;
  readonly port: number;
  readonly setting: string;
}): Promise<void> {
  const server = createServer((socket) => socket.destroy());
  await bindTo(server, endpoint);
  await new Promise((resolve) => {
    server.close(resolve);
  });
}
