import type { KeyObject } from 'node:crypto';
import type { Sensitive } from '../../lib/sensitive.ts';
import { keysErrors } from '../errors.ts';
import { keysLimits } from '../limits.ts';
import { pattern } from '../wire/patterns.ts';
import type { ProofKey } from './dpop-proof.ts';

/** Where a key server is. */
export interface KeyServerAddress {
  /** As in receipts and deposits. */
  readonly name: string;
  /** `https://host[:port]`; `http:` on loopback only. No path. */
  readonly baseUrl: string;
  /** PEM of the authorities of its certificate; default: those of the system. */
  readonly authorities?: string;
}

/** A key server that follows a feed, as its writer knows it. */
export interface FeedServer extends KeyServerAddress {
  /** The key with which it signs what it acknowledges; enrolled by hand. */
  readonly signingKey: KeyObject;
}

/** What a caller shows to each key server, by its name; undefined: nothing that it may see. */
export interface KeyCredential {
  for(server: string): ServerCredential | undefined;
}

/** What one key server is shown. */
export type ServerCredential =
  /** One that no other party accepts: its only audience is that server. */
  | {
      readonly kind: 'token';
      readonly token: Sensitive<string>;
      /** Where the token counts with it only. */
      readonly boundTo?: ClientCertificate;
    }
  | ({ readonly kind: 'certificate' } & ClientCertificate)
  /** One that the server gave, with the key that it is bound to. */
  | {
      readonly kind: 'ticket';
      readonly ticket: Sensitive<string>;
      /** What proofs name, by the client's own settings. */
      readonly publicUrl: string;
      readonly key: ProofKey;
    };

/** PEM chain and key. */
export interface ClientCertificate {
  readonly certificate: string;
  readonly privateKey: Sensitive<string>;
}

const loopback = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** @throws KEYS_CONFIG_INVALID when the list cannot work with this threshold */
export function checkAddresses(servers: readonly KeyServerAddress[], threshold: number): void {
  const names = new Set(servers.map((server) => server.name));
  if (names.size !== servers.length) throw invalid('a name stands twice');
  if (servers.length > keysLimits.serversMax) throw invalid('too many servers');
  const { thresholdMax } = keysLimits;
  const thresholdEnd = Math.min(servers.length, thresholdMax);
  if (!Number.isInteger(threshold) || threshold < 2 || threshold > thresholdEnd)
    throw invalid(
      `the threshold is at least 2, at most the number of servers and at most ${thresholdMax}`,
    );
  for (const server of servers) checkAddress(server);
  const places = new Map<string, string>();
  for (const { name, baseUrl } of servers) {
    const other = places.get(placeOf(baseUrl));
    if (other !== undefined) throw invalid(`${other} and ${name} are one server: ${baseUrl}`);
    places.set(placeOf(baseUrl), name);
  }
}

/** Host and port. */
function placeOf(baseUrl: string): string {
  const { port, protocol } = new URL(baseUrl);
  return `${hostOf(baseUrl)}:${port === '' ? protocol : port}`;
}

/** The names of this machine are one. */
function hostOf(baseUrl: string): string {
  const { hostname } = new URL(baseUrl);
  return loopback.has(hostname) ? 'localhost' : hostname.replace(/\.$/, '');
}

/** A host on which so many key servers run that it opens every key by itself. */
export interface AllKnowingHost {
  readonly host: string;
  readonly servers: readonly string[];
}

/** By the names in the addresses: two names of one machine are not noticed. */
export function allKnowingHosts(
  servers: readonly KeyServerAddress[],
  threshold: number,
): readonly AllKnowingHost[] {
  const byHost = Map.groupBy(servers, ({ baseUrl }) => hostOf(baseUrl));
  return [...byHost]
    .filter(([, there]) => there.length >= threshold)
    .map(([host, there]) => ({ host, servers: there.map(({ name }) => name) }));
}

function checkAddress(server: KeyServerAddress): void {
  if (!pattern.name.test(server.name)) throw invalid('a name is lower-case ASCII');
  if (!URL.canParse(server.baseUrl)) throw invalid(`${server.name}: base URL`);
  const url = new URL(server.baseUrl);
  const secure =
    url.protocol === 'https:' || (url.protocol === 'http:' && loopback.has(url.hostname));
  if (!secure) throw invalid(`${server.name}: https, or http on loopback`);
  if (url.pathname !== '/' || url.search !== '' || url.username !== '')
    throw invalid(`${server.name}: base URL is scheme, host and port only`);
}

function invalid(message: string): Error {
  return keysErrors.create('KEYS_CONFIG_INVALID', { message });
}
