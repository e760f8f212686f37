import { decodeJwt, type JWTVerifyResult, errors as joseErrors, jwtVerify } from 'jose';
import { assert } from '../../lib/assert.ts';
import type { Clock } from '../../lib/clock.ts';
import { type IdentityLimits, identityLimits } from '../limits.ts';
import { type Refusal, refuse } from '../outcome.ts';
import { type KeySet, type KeySetSource, openKeySet } from '../trust/key-set.ts';
import { type AcceptedToken, type ClaimRules, readClaims } from './claims.ts';
import { compactForm } from './compact-form.ts';

/** Signature algorithms an issuer may be configured with: asymmetric ones only. */
export type TokenAlgorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA'
  | 'Ed25519';

/** One token issuer that a site trusts. */
export interface TokenIssuer extends ClaimRules {
  /** Compared exactly with the claim `iss`. */
  readonly issuer: string;
  /** Who we are to this issuer; a token must name one of them. */
  readonly audience: string | readonly string[];
  readonly jwks: KeySetSource;
  readonly algorithms: readonly TokenAlgorithm[];
  /**
   * Groups that its tokens may assert: these, and those below them. Default: any that does not
   * start with a slash.
   */
  readonly groupPrefixes?: readonly string[] | undefined;
}

/** Decides who a token belongs to, and what its bearer must prove beside. */
export interface TokenVerifier {
  verify(token: string): Promise<AcceptedToken | Refusal>;
}

interface OpenIssuer extends TokenIssuer {
  readonly keys: KeySet;
}

/**
 * Make a verifier of signed JWTs from a fixed table of issuers. Nothing in a token chooses where a
 * key comes from or which algorithm counts; only its `iss` selects a row of the table.
 *
 * @standard RFC 7519 §7.2, RFC 8725 §3, WLCG Common JWT Profiles 1.0
 */
export async function createTokenVerifier(options: {
  readonly issuers: readonly TokenIssuer[];
  readonly clock: Clock;
  readonly limits?: IdentityLimits;
}): Promise<TokenVerifier> {
  const { clock, limits = identityLimits } = options;
  const table = new Map<string, OpenIssuer>();
  for (const issuer of options.issuers) {
    // `#` ends the issuer in a principal's subject.
    assert(!issuer.issuer.includes('#') && issuer.issuer !== '', 'an issuer has no fragment');
    assert(!table.has(issuer.issuer), 'an issuer is configured once');
    assert(issuer.algorithms.length > 0 && issuer.audience.length > 0, 'an issuer is complete');
    const keys = await openKeySet(issuer.jwks, { clock, limits });
    table.set(issuer.issuer, { ...issuer, keys });
  }
  return {
    async verify(token) {
      if (token.length > limits.tokenCharactersMax || !compactForm.test(token)) {
        return refuse('IDENTITY_TOKEN_MALFORMED', 'the token is too long or not a signed JWT');
      }
      const issuer = table.get(claimedIssuer(token) ?? '');
      if (issuer === undefined) {
        return refuse('IDENTITY_TOKEN_ISSUER_UNKNOWN', 'the token is from no configured issuer');
      }
      const nowMs = clock.nowMs();
      const result = await verifySigned(token, issuer, { nowMs, limits });
      return 'kind' in result ? result : readClaims(result, issuer, { nowMs, limits });
    },
  };
}

/** Read before anything is verified: it may select a row of the table and nothing else. */
function claimedIssuer(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

async function verifySigned(
  token: string,
  issuer: OpenIssuer,
  at: { readonly nowMs: number; readonly limits: IdentityLimits },
): Promise<JWTVerifyResult | Refusal> {
  const { audience, algorithms } = issuer;
  const keys = await issuer.keys();
  try {
    return await jwtVerify(token, keys, {
      issuer: issuer.issuer,
      audience: typeof audience === 'string' ? audience : [...audience],
      algorithms: [...algorithms],
      clockTolerance: at.limits.clockSkewSeconds,
      currentDate: new Date(at.nowMs),
      requiredClaims: ['exp', 'sub'],
    });
  } catch (error) {
    return refusalOf(error, issuer);
  }
}

function refusalOf(error: unknown, { audience }: Pick<TokenIssuer, 'audience'>): Refusal {
  if (error instanceof joseErrors.JWTExpired) {
    return refuse('IDENTITY_EXPIRED', 'the token has expired');
  }
  if (error instanceof joseErrors.JWTClaimValidationFailed) {
    const { claim } = error;
    if (claim === 'aud') {
      const ours = [audience].flat().join(', ');
      return refuse('IDENTITY_TOKEN_AUDIENCE', `the audience of the token is not ${ours}`);
    }
    if (claim === 'nbf') return refuse('IDENTITY_EXPIRED', 'the token is not valid yet');
    return refuse('IDENTITY_TOKEN_MALFORMED', `the claim ${claim} is missing or wrong`);
  }
  const unverified =
    error instanceof joseErrors.JWSSignatureVerificationFailed ||
    error instanceof joseErrors.JWKSNoMatchingKey ||
    error instanceof joseErrors.JWKSMultipleMatchingKeys ||
    error instanceof joseErrors.JOSEAlgNotAllowed;
  return unverified
    ? refuse('IDENTITY_TOKEN_SIGNATURE', 'the signature of the token does not verify')
    : refuse('IDENTITY_TOKEN_MALFORMED', 'the token is not a signed JWT');
}
