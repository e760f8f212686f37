import { createPublicKey, type KeyObject } from 'node:crypto';
import { MdmApi } from '../client/api/mdm-api.ts';
import { clientErrors } from '../client/errors.ts';
import type { GetPorts } from '../client/open/get-file.ts';
import { createNodeTransport } from '../client/open/node-transport.ts';
import { createKeyServers, type KeyCredential } from '../keys/index.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { Sensitive } from '../lib/sensitive.ts';
import { pinProducers } from '../seal/index.ts';
import type { ClientSettings } from './settings.ts';

/** A command's connection to its gateway and to the key servers. */
export interface Connection extends GetPorts {
  readonly gateway: string;
  close(): void;
}

/** Connect as the settings say. Sends nothing yet. */
export function connect(settings: ClientSettings): Connection {
  const { gateway, ca, certificate, key, token } = settings;
  const transport = createNodeTransport({
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
    ...(token === undefined ? {} : { token }),
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
    credential: credentialOf(settings),
    pinned: pinProducers(
      settings.producerKeys.map((pem) => ({ publicKey: publicKeyOf(pem), fromMs: 0 })),
    ),
    clock: systemClock,
    close() {
      transport.close();
      keyServers?.close();
    },
  };
}

function publicKeyOf(pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch (cause) {
    throw clientErrors.create('CLIENT_SETTINGS', { message: 'producerKeys: not a key', cause });
  }
}

function credentialOf({ token, certificate, key }: ClientSettings): KeyCredential | undefined {
  if (token !== undefined) {
    const shown = new Sensitive(token);
    return { kind: 'token', tokenFor: () => shown };
  }
  if (certificate === undefined || key === undefined) return undefined;
  return { kind: 'certificate', certificate, privateKey: new Sensitive(key) };
}
