import { createPublicKey, type KeyObject } from 'node:crypto';
import { MdmApi } from '../client/api/mdm-api.ts';
import { gatewayTokenOf, keyCredentialOf } from '../client/credentials/key-credential.ts';
import { takeTickets } from '../client/credentials/take-tickets.ts';
import {
  createTicketMemory,
  createTicketStore,
  type TicketStore,
} from '../client/credentials/ticket-store.ts';
import { clientErrors } from '../client/errors.ts';
import { clientLimits } from '../client/limits.ts';
import type { Memory } from '../client/memory/memory.ts';
import type { GetPorts } from '../client/open/get-file.ts';
import { createNodeTransport } from '../client/open/node-transport.ts';
import { createKeyServers, type KeyCredential } from '../keys/index.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { type ProducerKeys, pinProducers } from '../seal/index.ts';
import type { ClientSettings } from './settings.ts';

/** A command's connection to its gateway and to the key servers. */
export interface Connection extends GetPorts {
  readonly gateway: string;
  readonly settings: ClientSettings;
  /** Tickets that are kept; `credential` shows them where there is nothing else. */
  readonly tickets: TicketStore;
  /**
   * Before what may outlast a token: have a ticket of each key server that is shown one, for this
   * command alone. Where none is given the token is all there is.
   */
  holdTickets(signal: AbortSignal): Promise<void>;
  /** As `credential`, without tickets: for a ticket none is given. */
  readonly ownCredential: KeyCredential;
  close(): void;
}

/** Connect as the settings say. Sends nothing yet. */
export function connect(settings: ClientSettings, memory: Memory): Connection {
  const { gateway, ca, certificate, key } = settings;
  const token = (): string | undefined => gatewayTokenOf(settings);
  const tickets = createTicketStore(settings.state, systemClock);
  const held = createTicketMemory(tickets, systemClock);
  const ownCredential = keyCredentialOf(settings, undefined, systemClock);
  const transport = createNodeTransport({
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
    token,
  });
  const keyServers =
    settings.keyServers.length === 0
      ? undefined
      : createKeyServers({
          servers: settings.keyServers.map(({ name, url }) => ({
            name,
            baseUrl: url,
            ...(ca === undefined ? {} : { authorities: ca }),
          })),
          threshold: settings.threshold,
          clock: systemClock,
          log: silentLog,
        });
  return {
    gateway,
    api: new MdmApi(transport, gateway),
    keyServers,
    settings,
    token,
    tickets,
    credential: keyCredentialOf(settings, held, systemClock),
    ownCredential,
    async holdTickets(signal) {
      if (keyServers === undefined) return;
      const servers = settings.keyServers.filter(
        ({ name }) => ownCredential.for(name)?.kind === 'token',
      );
      const ports = { keyServers, servers, credential: ownCredential, store: held };
      const lifetimeSeconds = clientLimits.ticketHoursDefault * 3600;
      await takeTickets(ports, { lifetimeSeconds, signal });
    },
    pinned: pinnedBy(settings),
    memory,
    clock: systemClock,
    close() {
      transport.close();
      keyServers?.close();
      memory.close();
    },
  };
}

function pinnedBy({ producerKeys }: ClientSettings): ProducerKeys {
  const pinned = pinProducers(
    producerKeys.map(({ pem, fromMs }) => ({ publicKey: publicKeyOf(pem), fromMs })),
  );
  if (pinned.size === producerKeys.length) return pinned;
  throw clientErrors.create('CLIENT_SETTINGS', { message: 'producerKeys: one of them twice' });
}

function publicKeyOf(pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch (cause) {
    throw clientErrors.create('CLIENT_SETTINGS', { message: 'producerKeys: not a key', cause });
  }
}
