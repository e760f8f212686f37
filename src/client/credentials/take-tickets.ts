import { generateKeyPairSync } from 'node:crypto';
import type { KeyCredential, KeyServers } from '../../keys/index.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import type { TicketStore } from './ticket-store.ts';
import type { OwnKeyServer } from './token-route.ts';

/** What came of asking one key server. */
export type TakenTicket =
  | { readonly name: string; readonly expiresMs: number }
  | { readonly name: string; readonly error: unknown };

/**
 * Ask each key server for a ticket, with a credential that only it accepts, and keep it with a key made
 * for it: a key for each, so that what one server was shown says nothing at another.
 */
export function takeTickets(
  ports: {
    readonly keyServers: Pick<KeyServers, 'ticket'>;
    readonly servers: readonly OwnKeyServer[];
    readonly credential: KeyCredential;
    readonly store: TicketStore;
  },
  options: { readonly lifetimeSeconds: number; readonly signal: AbortSignal },
): Promise<readonly TakenTicket[]> {
  const { keyServers, servers, credential, store } = ports;
  const take = async (server: OwnKeyServer): Promise<TakenTicket> => {
    const { name } = server;
    try {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
      const { d = '' } = privateKey.export({ format: 'jwk' });
      const key = { kty: 'EC', crv: 'P-256', x, y } as const;
      const ticket = await keyServers.ticket(
        name,
        { jwk: key, lifetimeSeconds: options.lifetimeSeconds },
        { credential, signal: options.signal },
      );
      store.keep(server, ticket, { ...key, d });
      return { name, expiresMs: ticket.expiresMs };
    } catch (error) {
      if (codeOf(error) === undefined) throw error;
      return { name, error };
    }
  };
  return Promise.all(servers.map(take));
}
