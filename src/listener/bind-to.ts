import type { Server } from 'node:net';
import { listenerErrors } from './errors.ts';
import { listenerLimits } from './limits.ts';

/** @throws `LISTENER_ADDRESS_IN_USE`, `LISTENER_ADDRESS_UNAVAILABLE` */
export async function bindTo(
  server: Server,
  endpoint: { readonly host: string; readonly port: number; readonly setting?: string },
): Promise<void> {
  const { host, port, setting = 'listen' } = endpoint;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ host, port, backlog: listenerLimits.backlogMax }, resolve);
  try {
    await promise;
  } catch (cause) {
    const isTaken = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE';
    const code = isTaken ? 'LISTENER_ADDRESS_IN_USE' : 'LISTENER_ADDRESS_UNAVAILABLE';
    throw listenerErrors.create(code, { message: `${setting}: ${host}:${port}`, cause });
  }
  server.off('error', reject);
}
