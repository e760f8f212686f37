import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FileLock, lockFile } from '../../db/index.ts';
import { createKeyServer } from '../../keyserver/index.ts';
import { listenerLimits } from '../../listener/limits.ts';
import { pinKeys } from '../../seal/index.ts';
import { checkStart, type StartNeeds } from '../check-start.ts';
import type { KeyServerConfig } from '../config/key-server-config.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { openIdentity, type TrustSettings } from '../open-identity.ts';
import { publicKeyFile } from '../secrets/key-files.ts';
import { readPrivateFile } from '../secrets/private-file.ts';
import type { RunningService, ServiceTools } from '../service.ts';
import { serviceIssuerOf, serviceName } from '../service-identity.ts';
import {
  databaseName,
  keyServerSecrets,
  openKeyServerKeys,
  openMasterKey,
  peerFile,
} from './key-server-keys.ts';

/** Start a key server. Its keys are made at the first start, and never again. */
export async function startKeyServer(
  { config, path }: LoadedConfig<KeyServerConfig>,
  tools: ServiceTools,
): Promise<RunningService> {
  await checkStart(needsOf({ config, path }));
  const lock = lockFile(join(path(config.data), 'lock'));
  try {
    return await start({ config, path }, tools, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function start(
  { config, path }: LoadedConfig<KeyServerConfig>,
  tools: ServiceTools,
  lock: FileLock,
): Promise<RunningService> {
  const masterKeyFile = path(config.masterKey);
  const database = join(path(config.data), databaseName);
  openMasterKey(masterKeyFile, database, tools.random);
  const identity = await openIdentity(
    {
      trustDirectory: config.trustDirectory === undefined ? undefined : path(config.trustDirectory),
      issuers: issuersOf({ config, path }),
      publicUrl: config.publicUrl,
    },
    tools,
  );
  const { tls } = config.listen;
  const server = await createKeyServer({
    ...tools,
    name: config.name,
    site: config.site,
    folder: path(config.data),
    masterKeyFile,
    ...openKeyServerKeys(path(config.data), database),
    peers: config.peers.map(({ name, keys }) => peerFile(name, path(keys))),
    publicUrl: config.publicUrl,
    acceptsShared: config.acceptSharedAudience,
    authenticate: identity.authenticate,
    depositorKeys: pinKeys(config.producers.map((file) => publicKeyFile(path(file)))),
    feedKeys: pinKeys(config.gateways.map((file) => publicKeyFile(path(file)))),
    proxies: config.listen.proxies,
    limits: {
      ...listenerLimits,
      connectionsPerCallerMax: config.listen.connectionsPerCaller,
    },
    ...(tls === undefined
      ? {}
      : {
          tls: { cert: readFileSync(path(tls.certificate)), key: readPrivateFile(path(tls.key)) },
        }),
  });
  const url = await server.listen(config.listen);
  tools.log.info('keyserver.listening', { name: config.name, url });
  return {
    url,
    async close() {
      await server.close();
      identity.close();
      lock.release();
    },
  };
}

/**
 * Of people's tokens only those count that nobody else accepts, unless the operator gave that up;
 * of the gateway's service only what names this server alone.
 */
function issuersOf({ config, path }: LoadedConfig<KeyServerConfig>): TrustSettings['issuers'] {
  const { site, publicUrl, gatewayService, acceptSharedAudience } = config;
  const people = config.issuers.map(({ audience = [], ...issuer }) => ({
    ...issuer,
    audience: [publicUrl, ...[audience].flat()],
    jwks: path(issuer.jwks),
    longestLifetimeSeconds: issuer.longestLifetimeHours * 3600,
    soleAudience: publicUrl,
    acceptsShared: acceptSharedAudience,
  }));
  if (gatewayService === undefined) return people;
  const service = {
    issuer: serviceIssuerOf(site),
    audience: publicUrl,
    jwks: path(gatewayService),
    algorithms: ['EdDSA'],
    soleAudience: publicUrl,
    service: serviceName,
  } as const;
  return [...people, service];
}

function needsOf({ config, path }: LoadedConfig<KeyServerConfig>): StartNeeds {
  const { listen, masterKey, trustDirectory, issuers, producers, gateways, gatewayService, data } =
    config;
  const peerKeys = config.peers.map(({ keys }) => keys);
  const trusted = [...issuers.map(({ jwks }) => jwks), ...producers, ...gateways, ...peerKeys];
  for (const one of [trustDirectory, gatewayService]) if (one !== undefined) trusted.push(one);
  const secrets = listen.tls === undefined ? [] : [path(listen.tls.key)];
  const made = [path(masterKey), ...keyServerSecrets(path(data))];
  secrets.push(...made.filter((file) => existsSync(file)));
  const addresses = { listen: { ...listen, isPlain: listen.tls === undefined } };
  return { addresses, secrets, trusted: trusted.map(path), data: path(data) };
}
