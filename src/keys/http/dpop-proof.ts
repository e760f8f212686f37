import { createHash, type KeyObject, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { TicketKey } from '../wire/ticket.ts';

/** A pair of which the public half is in a ticket. */
export interface ProofKey {
  readonly publicKey: TicketKey;
  readonly privateKey: KeyObject;
}

/**
 * A proof, for one request, that who shows `token` has the key that it is bound to.
 *
 * @standard RFC 9449 §4.2
 */
export function signProof(
  request: {
    readonly method: string;
    /** As the server itself is configured, whatever address leads to it. */
    readonly url: string;
    readonly token: string;
    /** UTC. */
    readonly nowMs: number;
  },
  { publicKey, privateKey }: ProofKey,
): Promise<string> {
  const { method, url, token, nowMs } = request;
  return new SignJWT({
    jti: randomUUID(),
    htm: method,
    htu: url,
    iat: Math.floor(nowMs / 1000),
    ath: createHash('sha256').update(token).digest('base64url'),
  })
    .setProtectedHeader({
      alg: publicKey.kty === 'EC' ? 'ES256' : 'EdDSA',
      typ: 'dpop+jwt',
      jwk: publicKey,
    })
    .sign(privateKey);
}
