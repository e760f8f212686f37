import { createPublicKey, randomUUID } from 'node:crypto';
import { exportJWK, SignJWT } from 'jose';
import type { KeyCredential, ServerCredential } from '../../keys/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { Sensitive } from '../../lib/sensitive.ts';
import type { Signer } from '../../seal/index.ts';
import { serviceIssuerOf, serviceName } from '../service-identity.ts';

/** Lifetime of a token; short, because it opens every open collection. */
const lifetimeSeconds = 300;

/** The gateway's credential: a token of its own for each key server, with its public URL as only audience. */
export interface ServiceCredential {
  /** Tokens that are good for some minutes from now. */
  current(): Promise<KeyCredential>;
}

/** Make the gateway's credential towards the named servers. */
export function createServiceCredential(options: {
  readonly site: string;
  readonly signer: Signer;
  readonly servers: readonly { readonly name: string; readonly publicUrl: string }[];
  readonly clock: Clock;
}): ServiceCredential {
  const { site, signer, servers, clock } = options;
  /** Shared by all who ask while they are being signed. */
  let tokens: Promise<ReadonlyMap<string, ServerCredential>> | undefined;
  let renewAtMs = 0;
  const mint = async ({ name, publicUrl }: (typeof servers)[number]) => {
    const nowSeconds = Math.floor(clock.nowMs() / 1000);
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'EdDSA', kid: signer.keyId, typ: 'JWT' })
      .setIssuer(serviceIssuerOf(site))
      .setSubject(serviceName)
      .setAudience(publicUrl)
      .setJti(randomUUID())
      .setIssuedAt(nowSeconds)
      .setExpirationTime(nowSeconds + lifetimeSeconds)
      .sign(signer.privateKey);
    return [name, { kind: 'token', token: new Sensitive(token) }] as const;
  };
  return {
    async current() {
      if (tokens === undefined || clock.nowMs() >= renewAtMs) {
        renewAtMs = clock.nowMs() + (lifetimeSeconds * 1000) / 2;
        tokens = Promise.all(servers.map(mint)).then((minted) => new Map(minted));
      }
      const held = await tokens;
      return { for: (server) => held.get(server) };
    },
  };
}

/** The key set with which key servers check the gateway's tokens. */
export async function serviceKeySet(signer: Signer): Promise<object> {
  const jwk = await exportJWK(createPublicKey(signer.privateKey));
  return { keys: [{ ...jwk, kid: signer.keyId, alg: 'EdDSA', use: 'sig' }] };
}
