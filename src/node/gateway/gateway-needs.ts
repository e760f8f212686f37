import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { StartNeeds } from '../check-start.ts';
import type { GatewayConfig } from '../config/gateway-config.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import type { GatewayFolders } from './gateway-folders.ts';

/** What a gateway needs of its machine, besides its archives and key servers. */
export function gatewayNeeds(
  { config, path }: LoadedConfig<GatewayConfig>,
  folders: GatewayFolders,
): StartNeeds {
  const { listen, receiver, trustDirectory, issuers, keyServers } = config;
  const trusted = [
    ...issuers.map(({ jwks }) => jwks),
    ...keyServers.servers.flatMap(({ authorities, signingKey }) => [
      ...(authorities === undefined ? [] : [authorities]),
      signingKey,
    ]),
    ...(trustDirectory === undefined ? [] : [trustDirectory]),
  ];
  return {
    addresses: {
      listen: { ...listen, isPlain: listen.tls === undefined },
      receiver: receiver && { ...receiver, isPlain: false },
    },
    secrets: [...(listen.tls === undefined ? [] : [path(listen.tls.key)]), ...madeSecrets(folders)],
    trusted: trusted.map(path),
    data: path(config.data),
  };
}

/** The secrets that an earlier start made. */
function madeSecrets({ clinical, computing }: GatewayFolders): readonly string[] {
  const { hospitalKey, producerKey, collectionKeys } = clinical;
  const files = [hospitalKey, producerKey, computing.feedKey, computing.serviceKey];
  const ofCollections = existsSync(collectionKeys) ? readdirSync(collectionKeys) : [];
  return [...files, ...ofCollections.map((name) => join(collectionKeys, name))].filter((file) =>
    existsSync(file),
  );
}
