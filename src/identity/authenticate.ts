import { createHash } from 'node:crypto';
import type { ChainValidator } from './chain/validator.ts';
import { type Outcome, type Refusal, refuse } from './outcome.ts';
import type { AcceptedToken } from './token/claims.ts';
import type { ProofVerifier, ShownRequest } from './token/dpop-proof.ts';
import type { TokenVerifier } from './token/verifier.ts';

/** What a caller showed. */
export interface Credentials {
  /** The Authorization header; undefined when there was none. */
  readonly authorization: string | undefined;
  /** Client certificate chain as sent, its own first, DER; empty when there was none. */
  readonly chain: readonly Uint8Array[];
  /** The request that they came with. */
  readonly request: ShownRequest;
}

/** Who a caller is; `anonymous` when nothing was shown. */
export type Authentication = Outcome | { readonly kind: 'anonymous' };

/** Decides who calls. Never throws for what a caller showed. */
export type Authenticate = (credentials: Credentials) => Promise<Authentication>;

/**
 * Make the one decision of who calls. An Authorization header decides alone: a bad token never
 * falls back to the certificate beside it, or a thief of one credential could hide behind another.
 * A token that is bound counts only with what it is bound to, whichever way it is shown.
 */
export function createAuthenticate(options: {
  readonly chains?: ChainValidator;
  readonly tokens?: TokenVerifier;
  /** Absent: tokens that are bound to a key are refused. */
  readonly proofs?: ProofVerifier;
}): Authenticate {
  const { chains, tokens, proofs } = options;
  return async (credentials) => {
    const { authorization, chain } = credentials;
    if (authorization !== undefined) {
      const shown = tokenIn(authorization);
      if (shown === undefined) {
        return refuse('IDENTITY_SCHEME_UNSUPPORTED', 'only a token is accepted');
      }
      if (tokens === undefined) {
        return refuse('IDENTITY_TOKEN_ISSUER_UNKNOWN', 'no token issuer is configured');
      }
      const outcome = await tokens.verify(shown.token);
      if (outcome.kind === 'refused') {
        return isCut(shown) ? refuse(outcome.code, cutToken) : outcome;
      }
      const fault = await faultOfBinding(outcome, shown, { ...credentials, proofs });
      return fault ?? { kind: 'accepted', principal: outcome.principal };
    }
    if (chain.length === 0) return { kind: 'anonymous' };
    return chains === undefined
      ? refuse('IDENTITY_ISSUER_UNKNOWN', 'no certificate authority is configured')
      : chains.validate(chain);
  };
}

interface ShownToken {
  readonly scheme: 'bearer' | 'basic' | 'dpop';
  readonly token: string;
}

/**
 * Why the token does not count for who showed it. A TLS handshake has proven that he holds the key
 * of his certificate, whoever signed that.
 *
 * @standard RFC 9449 §7.1, §7.2; RFC 8705 §3
 */
async function faultOfBinding(
  { principal, confirmation }: AcceptedToken,
  { scheme, token }: ShownToken,
  beside: Pick<Credentials, 'chain' | 'request'> & { readonly proofs: ProofVerifier | undefined },
): Promise<Refusal | undefined> {
  const { chain, request, proofs } = beside;
  const { keyThumbprint, certificateSha256 } = confirmation ?? {};
  const [own] = chain;
  if (certificateSha256 !== undefined && (own === undefined || sha256Of(own) !== certificateSha256))
    return refuse('IDENTITY_TOKEN_BOUND', 'the token is bound to another client certificate');
  if (keyThumbprint === undefined) {
    return scheme === 'dpop'
      ? refuse('IDENTITY_TOKEN_BOUND', 'the token is bound to no key: show it as Bearer')
      : undefined;
  }
  if (scheme !== 'dpop')
    return refuse('IDENTITY_TOKEN_BOUND', 'the token is bound to a key: show it with a proof');
  if (proofs === undefined)
    return refuse('IDENTITY_TOKEN_BOUND', 'no proof is checked here: no publicUrl is configured');
  return proofs.verify({ request, token, keyThumbprint, subject: principal.subject });
}

function sha256Of(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('base64url');
}

/** @standard RFC 6750 §2.1 */
const tokenForm = /^[A-Za-z0-9._~+/-]+=*$/;

/**
 * The token of an Authorization header. A browser can show one only as the password of a Basic
 * login; the user name beside it says nothing.
 *
 * @standard RFC 6750 §2.1; RFC 7617 §2; RFC 9449 §7.1
 */
function tokenIn(authorization: string): ShownToken | undefined {
  const [, word, credentials] = /^(Bearer|Basic|DPoP) +([^ ]+) *$/i.exec(authorization) ?? [];
  if (word === undefined || credentials === undefined) return undefined;
  const scheme = word.toLowerCase() as ShownToken['scheme'];
  const token = scheme === 'basic' ? passwordIn(credentials) : credentials;
  return token !== undefined && tokenForm.test(token) ? { scheme, token } : undefined;
}

function passwordIn(credentials: string): string | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(credentials)) return undefined;
  const login = Buffer.from(credentials, 'base64').toString('latin1');
  const colon = login.indexOf(':');
  return colon < 0 ? undefined : login.slice(colon + 1).trim();
}

/** The neon library, in cadaver and davfs2, keeps so much of a password and says nothing. */
const neonPasswordCharacters = 255;

const cutToken =
  `the token was cut after ${neonPasswordCharacters} characters, as cadaver and davfs2 do with a ` +
  'password: use another client, or in davfs2 add_header or clientcert (docs/client.md)';

function isCut({ scheme, token }: ShownToken): boolean {
  return scheme === 'basic' && token.length === neonPasswordCharacters;
}
