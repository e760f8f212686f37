import { createPublicKey, randomUUID } from 'node:crypto';
import { exportJWK, SignJWT } from 'jose';
import type { KeyCredential } from '../../keys/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { Sensitive } from '../../lib/sensitive.ts';
import type { Signer } from '../../seal/index.ts';

/** Issuer of the gateway's own tokens, as key servers are configured with it. */
export function serviceIssuerOf(site: string): string {
  return `urn:mdm:${site}:gateway`;
}

/** Principal subject of the gateway towards the key servers. */
export function serviceSubjectOf(site: string): string {
  return `token:${serviceIssuerOf(site)}#gateway`;
}

/** Lifetime of a token; short, because it opens every open collection. */
const lifetimeSeconds = 300;

/** The gateway's credential: a token of its own for each key server, with that server as only audience. */
export interface ServiceCredential {
  /** Tokens that are good for some minutes from now. */
  current(): Promise<KeyCredential>;
}

/** Make the gateway's credential towards the named servers. */
export function createServiceCredential(options: {
  readonly site: string;
  readonly signer: Signer;
  readonly servers: readonly string[];
  readonly clock: Clock;
}): ServiceCredential {
  const { site, signer, servers, clock } = options;
  /** Shared by all who ask while they are being signed. */
  let tokens: Promise<ReadonlyMap<string, Sensitive<string>>> | undefined;
  let renewAtMs = 0;
  const mint = async (server: string): Promise<[string, Sensitive<string>]> => {
    const nowSeconds = Math.floor(clock.nowMs() / 1000);
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'EdDSA', kid: signer.keyId, typ: 'JWT' })
      .setIssuer(serviceIssuerOf(site))
      .setSubject('gateway')
      .setAudience(server)
      .setJti(randomUUID())
      .setIssuedAt(nowSeconds)
      .setExpirationTime(nowSeconds + lifetimeSeconds)
      .sign(signer.privateKey);
    return [server, new Sensitive(token)];
  };
  return {
    async current() {
      if (tokens === undefined || clock.nowMs() >= renewAtMs) {
        renewAtMs = clock.nowMs() + (lifetimeSeconds * 1000) / 2;
        tokens = Promise.all(servers.map(mint)).then((minted) => new Map(minted));
      }
      const held = await tokens;
      return { kind: 'token', tokenFor: (server) => held.get(server) ?? new Sensitive('') };
    },
  };
}

/** The key set with which key servers check the gateway's tokens. */
export async function serviceKeySet(signer: Signer): Promise<object> {
  const jwk = await exportJWK(createPublicKey(signer.privateKey));
  return { keys: [{ ...jwk, kid: signer.keyId, alg: 'EdDSA', use: 'sig' }] };
}
