import type { ChainValidator } from './chain/validator.ts';
import { type Outcome, refuse } from './outcome.ts';
import type { TokenVerifier } from './token/verifier.ts';

/** What a caller showed. */
export interface Credentials {
  /** The Authorization header; undefined when there was none. */
  readonly authorization: string | undefined;
  /** Client certificate chain as sent, its own first, DER; empty when there was none. */
  readonly chain: readonly Uint8Array[];
}

/** Who a caller is; `anonymous` when nothing was shown. */
export type Authentication = Outcome | { readonly kind: 'anonymous' };

/** Decides who calls. Never throws for what a caller showed. */
export type Authenticate = (credentials: Credentials) => Promise<Authentication>;

/**
 * Make the one decision of who calls. An Authorization header decides alone: a bad token never
 * falls back to the certificate beside it, or a thief of one credential could hide behind another.
 */
export function createAuthenticate(options: {
  readonly chains?: ChainValidator;
  readonly tokens?: TokenVerifier;
}): Authenticate {
  const { chains, tokens } = options;
  return async ({ authorization, chain }) => {
    if (authorization !== undefined) {
      const token = tokenIn(authorization);
      if (token === undefined) {
        return refuse('IDENTITY_SCHEME_UNSUPPORTED', 'only a bearer token is accepted');
      }
      if (tokens === undefined) {
        return refuse('IDENTITY_TOKEN_ISSUER_UNKNOWN', 'no token issuer is configured');
      }
      const outcome = await tokens.verify(token);
      return outcome.kind === 'refused' && isCut(authorization, token)
        ? refuse(outcome.code, cutToken)
        : outcome;
    }
    if (chain.length === 0) return { kind: 'anonymous' };
    return chains === undefined
      ? refuse('IDENTITY_ISSUER_UNKNOWN', 'no certificate authority is configured')
      : chains.validate(chain);
  };
}

/** @standard RFC 6750 §2.1 */
const tokenForm = /^[A-Za-z0-9._~+/-]+=*$/;

/**
 * The token of an Authorization header. A browser can show one only as the password of a Basic
 * login; the user name beside it says nothing.
 *
 * @standard RFC 6750 §2.1; RFC 7617 §2
 */
function tokenIn(authorization: string): string | undefined {
  const [, scheme, credentials] = /^(Bearer|Basic) +([^ ]+) *$/i.exec(authorization) ?? [];
  if (scheme === undefined || credentials === undefined) return undefined;
  if (scheme.toLowerCase() === 'bearer') return matching(credentials, tokenForm);
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(credentials)) return undefined;
  const login = Buffer.from(credentials, 'base64').toString('latin1');
  const colon = login.indexOf(':');
  return colon < 0 ? undefined : matching(login.slice(colon + 1).trim(), tokenForm);
}

/** The neon library, in cadaver and davfs2, keeps so much of a password and says nothing. */
const neonPasswordCharacters = 255;

const cutToken =
  `the token was cut after ${neonPasswordCharacters} characters, as cadaver and davfs2 do with a ` +
  'password: use another client, or in davfs2 add_header or clientcert (docs/client.md)';

function isCut(authorization: string, token: string): boolean {
  return /^basic /i.test(authorization) && token.length === neonPasswordCharacters;
}

function matching(text: string, form: RegExp): string | undefined {
  return form.test(text) ? text : undefined;
}
