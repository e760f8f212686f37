import { randomUUID } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify, SignJWT } from 'jose';
import { type Authenticate, createAuthenticate } from '../identity/authenticate.ts';
import { refuse } from '../identity/outcome.ts';
import type { Principal } from '../identity/principal.ts';
import { createProofVerifier } from '../identity/token/dpop-proof.ts';
import type { TokenVerifier } from '../identity/token/verifier.ts';
import type { TicketAnswer } from '../keys/index.ts';
import type { Clock } from '../lib/clock.ts';
import { JsonFields } from '../lib/json/json-fields.ts';
import { keyserverErrors } from './errors.ts';
import { keyserverLimits } from './limits.ts';
import type { MasterKey } from './master-key.ts';

/** Gives out tickets of one key server, and knows them again. */
export interface Tickets extends TokenVerifier {
  /** Bind subject and groups of a caller to a key, for `lifetimeSeconds`. */
  issue(
    caller: Principal,
    binding: { readonly keyThumbprint: string; readonly lifetimeSeconds: number },
  ): Promise<TicketAnswer>;
}

const type = 'mdm-ticket+jwt';
const algorithm = 'HS256';
const anyText = /./s;

/**
 * Make the tickets of the server at `publicUrl`: its issuer and its only audience. Nobody else
 * checks them, so they carry a MAC under a key that follows from the master key: a stolen database
 * makes none. What a ticket allows is decided by the policy each time that it is shown.
 *
 * @standard RFC 7519; RFC 9449 §6.1 (`cnf.jkt`)
 */
export function createTickets(options: {
  readonly publicUrl: string;
  readonly masterKey: MasterKey;
  readonly clock: Clock;
}): Tickets {
  const { publicUrl, clock } = options;
  const key = options.masterKey.derive('mdm ticket v1');
  return {
    async issue({ subject, groups }, { keyThumbprint, lifetimeSeconds }) {
      const nowSeconds = Math.floor(clock.nowMs() / 1000);
      const expiresSeconds = nowSeconds + lifetimeSeconds;
      const ticket = await new SignJWT({ groups: [...groups], cnf: { jkt: keyThumbprint } })
        .setProtectedHeader({ alg: algorithm, typ: type })
        .setIssuer(publicUrl)
        .setAudience(publicUrl)
        .setSubject(subject)
        .setJti(randomUUID())
        .setIssuedAt(nowSeconds)
        .setExpirationTime(expiresSeconds)
        .sign(key);
      return { ticket, expiresMs: expiresSeconds * 1000 };
    },
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, key, {
          typ: type,
          algorithms: [algorithm],
          issuer: publicUrl,
          audience: publicUrl,
          currentDate: new Date(clock.nowMs()),
        });
        return readTicket(payload);
      } catch {
        return refuse('IDENTITY_TOKEN_SIGNATURE', 'no ticket of this server, or it has ended');
      }
    },
  };
}

/** As it was issued: its MAC was checked. */
function readTicket(payload: unknown): Awaited<ReturnType<Tickets['verify']>> {
  const fields = new JsonFields(payload, {
    path: 'ticket',
    refuse: (message) => keyserverErrors.create('KEYSERVER_INTERNAL', { message }),
  });
  const principal = {
    subject: fields.text('sub', anyText),
    groups: fields.texts('groups', Number.MAX_SAFE_INTEGER, anyText),
    method: 'ticket',
    expiresMs: fields.integer('exp', 0) * 1000,
  } as const;
  const keyThumbprint = fields.object('cnf').text('jkt', anyText);
  const confirmation = { keyThumbprint, certificateSha256: undefined };
  return { kind: 'accepted', principal, confirmation };
}

/** Who shows a ticket is looked at here, everybody else as before. */
export function acceptTickets(
  tickets: TokenVerifier,
  options: {
    readonly authenticate: Authenticate;
    readonly publicUrl: string;
    readonly clock: Clock;
  },
): Authenticate {
  const { authenticate, publicUrl, clock } = options;
  const proofs = createProofVerifier({ publicUrl, clock });
  const authenticateTicket = createAuthenticate({ tokens: tickets, proofs });
  return (credentials) =>
    isTicket(credentials.authorization)
      ? authenticateTicket(credentials)
      : authenticate(credentials);
}

/** Chooses who looks, and decides nothing. */
function isTicket(authorization: string | undefined): boolean {
  const [, token = ''] = authorization?.trim().split(/ +/) ?? [];
  if (token.length > keyserverLimits.ticketCharactersMax) return false;
  try {
    return decodeProtectedHeader(token).typ === type;
  } catch {
    return false;
  }
}
