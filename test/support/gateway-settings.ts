import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { openKeyServerKeys } from '../../src/node/key-server/key-server-keys.ts';
import type { GridCertificates } from './certificates.ts';
import { loginAudience, loginIssuer } from './login.ts';

/** Who may do what in a collection, as in the configuration. */
export interface PolicyLine {
  readonly who: string;
  readonly rights: readonly string[];
}

/** A collection as in the configuration. */
export interface CollectionSettings {
  readonly name: string;
  readonly delivery: 'open' | 'sealed';
  readonly formats?: readonly ('dcm' | 'nii' | 'nii.gz')[];
  readonly filter?: {
    readonly modalities?: readonly string[];
    readonly patientIds?: readonly string[];
    readonly studyInstanceUids?: readonly string[];
  };
  readonly policy?: readonly PolicyLine[];
}

/** A PACS as in the configuration; on loopback. */
export interface PacsSettings {
  readonly name: string;
  readonly port: number;
  readonly aeTitle: string;
  readonly retrieve: 'auto' | 'C-GET' | 'C-MOVE';
}

/** Where all services of a test installation keep their things, and how they are reached. */
export interface Places {
  readonly folder: string;
  readonly site: string;
  readonly keySet: string;
  /** Present: everything listens with TLS, and client certificates count. */
  readonly grid: GridCertificates | undefined;
}

/** A key server, as gateway and clients are told of it. */
export interface NamedUrl {
  readonly name: string;
  readonly url: string;
  readonly publicUrl: string;
}

/** Where a key server says that it is: it listens on a port of loopback that changes. */
export function publicUrlOf(name: string): string {
  return `https://${name}.keys.test`;
}

/** Where the gateway's public keys lie, for the key servers and the users. */
export function publicKeysOf({ folder }: Places) {
  return {
    producer: join(folder, 'gateway', 'clinical', 'keys', 'producer.pem.pub'),
    feed: join(folder, 'gateway', 'computing', 'keys', 'policy-feed.pem.pub'),
    serviceKeySet: join(folder, 'gateway', 'computing', 'keys', 'service.jwks.json'),
  };
}

function keyServerFolder({ folder }: Places, name: string): string {
  return join(folder, `key-server-${name}`);
}

/** The keys that a key server makes at its first start: the others enrol them before it. */
export function makeKeyServerKeys(places: Places, name: string): void {
  const folder = keyServerFolder(places, name);
  openKeyServerKeys(folder, join(folder, 'keyserver.db'));
}

/** Write a configuration as a YAML file; gives its path. */
export function writeYaml(folder: string, name: string, value: unknown): string {
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, stringify(value));
  return path;
}

function identityOf({ grid, keySet }: Places, audience: { readonly audience?: string }) {
  const issuer = { issuer: loginIssuer, ...audience, jwks: keySet };
  return {
    issuers: [{ ...issuer, algorithms: ['ES256'] }],
    ...(grid === undefined ? {} : { trustDirectory: grid.trustDirectory }),
  };
}

function listenOf({ grid }: Places, port: number) {
  const tls = grid === undefined ? {} : { certificate: grid.hostCertPath, key: grid.hostKeyPath };
  return { host: '127.0.0.1', port, ...(grid === undefined ? {} : { tls }) };
}

/** The configuration of a gateway. */
export function gatewaySettings(
  places: Places,
  options: {
    readonly port: number;
    readonly pacs: readonly PacsSettings[];
    readonly receiverPort?: number;
    readonly collections: readonly CollectionSettings[];
    readonly operators: readonly string[];
    readonly keyServers: readonly NamedUrl[];
    readonly extra?: Readonly<Record<string, unknown>>;
  },
): unknown {
  const { grid, site, folder } = places;
  const { port, receiverPort } = options;
  const authorities = grid === undefined ? {} : { authorities: grid.authorityPath };
  return {
    site,
    data: join(folder, 'gateway'),
    listen: {
      ...listenOf(places, port),
      ...(grid === undefined ? {} : { publicHost: 'localhost' }),
    },
    ...identityOf(places, { audience: loginAudience }),
    pacs: options.pacs.map((pacs) => ({ ...pacs, host: '127.0.0.1', callingAeTitle: 'MDM' })),
    ...(receiverPort === undefined
      ? {}
      : { receiver: { host: '127.0.0.1', port: receiverPort, aeTitle: 'MDM' } }),
    collections: options.collections,
    operators: options.operators,
    keyServers: {
      threshold: 2,
      servers: options.keyServers.map((server) => ({
        ...server,
        ...authorities,
        signingKey: join(keyServerFolder(places, server.name), 'keyserver.signing.key.pub'),
      })),
    },
    ...options.extra,
  };
}

/** The configuration of a key server. */
export function keyServerSettings(
  places: Places,
  server: { readonly name: string; readonly port: number; readonly peers: readonly string[] },
): unknown {
  const { folder, site } = places;
  const keys = publicKeysOf(places);
  return {
    name: server.name,
    site,
    publicUrl: publicUrlOf(server.name),
    data: keyServerFolder(places, server.name),
    masterKey: join(folder, `key-server-${server.name}.key`),
    listen: listenOf(places, server.port),
    producers: [keys.producer],
    gateways: [keys.feed],
    gatewayService: keys.serviceKeySet,
    peers: server.peers.map((name) => ({
      name,
      keys: join(keyServerFolder(places, name), 'keyserver.keys.pub'),
    })),
    ...identityOf(places, {}),
  };
}

/** The settings file of a user of the `mdm` command. */
export function userSettings(
  places: Places,
  options: {
    readonly gateway: string;
    readonly keyServers: readonly NamedUrl[];
    /** File of the token for the gateway (undefined), or for a key server. */
    readonly tokenFile: (server: string | undefined) => string | undefined;
  },
): unknown {
  const { gateway, keyServers, tokenFile } = options;
  return {
    gateway,
    tokenFile: tokenFile(undefined),
    ...(places.grid === undefined ? {} : { ca: places.grid.authorityPath }),
    keyServers: {
      threshold: 2,
      servers: keyServers.map((server) => ({ ...server, tokenFile: tokenFile(server.name) })),
    },
    producerKeys: [publicKeysOf(places).producer],
  };
}
