import { hash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, type JWTVerifyResult, jwtVerify } from 'jose';
import { assert } from '../../lib/assert.ts';
import type { Clock } from '../../lib/clock.ts';
import { type IdentityLimits, identityLimits } from '../limits.ts';
import { type Refusal, refuse } from '../outcome.ts';
import { compactForm } from './compact-form.ts';
import { SeenProofs } from './seen-proofs.ts';

/** What of a request a proof speaks of. */
export interface ShownRequest {
  readonly method: string;
  /** As in the request line; only a path counts. */
  readonly target: string;
  /** Each header `DPoP` of it. */
  readonly proofs: readonly string[];
}

/** Checks that who shows a token has the key that it is bound to. */
export interface ProofVerifier {
  /** @returns why the proof does not count; undefined when it does. It never counts again. */
  verify(shown: {
    readonly request: ShownRequest;
    readonly token: string;
    readonly keyThumbprint: string;
    /** Principal subject of the token. */
    readonly subject: string;
  }): Promise<Refusal | undefined>;
}

/** Signature algorithms of proofs: asymmetric ones only. */
const algorithms = ['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'PS256', 'RS256'];

const idForm = /^[\x21-\x7e]{1,256}$/;

/**
 * Make a verifier of DPoP proofs for a service under its configured URL. What a request says of the
 * host (`Host`, an absolute target) is never looked at: its sender chooses it.
 *
 * @standard RFC 9449 §4.3, §7.1; without a nonce (§9), as nobody shares this service's memory
 */
export function createProofVerifier(options: {
  /** Scheme, host and port. */
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly limits?: IdentityLimits;
}): ProofVerifier {
  const { publicUrl, clock, limits = identityLimits } = options;
  assert(new URL(publicUrl).origin === publicUrl, 'a public URL is scheme, host and port');
  // Of what a process before this one was shown nothing is known.
  const startSeconds = Math.floor(clock.nowMs() / 1000);
  const keptMs = (2 * limits.proofAgeSecondsMax + 1) * 1000;
  const seen = new SeenProofs(clock, { keptMs, limits });
  return {
    async verify({ request, token, keyThumbprint, subject }) {
      const nowMs = clock.nowMs();
      const proof = await readProof(request, { nowMs, limits });
      if ('kind' in proof) return proof;
      const { payload, protectedHeader } = proof;
      const { htm, htu, ath, jti, iat } = payload;
      if (htm !== request.method || !isUrlOf(htu, publicUrl, request.target)) {
        return invalid('it was made for another request than this');
      }
      if (ath !== hash('sha256', token, 'base64url')) return invalid('it is of another token');
      const thumbprint = await calculateJwkThumbprint(protectedHeader.jwk ?? {}, 'sha256');
      if (thumbprint !== keyThumbprint) return invalid('its key is not that of the token');
      if (typeof jti !== 'string' || !idForm.test(jti)) return invalid('the claim jti is unusable');
      const ageSeconds = nowMs / 1000 - (typeof iat === 'number' ? iat : Number.NaN);
      if (!(Math.abs(ageSeconds) <= limits.proofAgeSecondsMax && (iat ?? 0) >= startSeconds)) {
        return refuse('IDENTITY_PROOF_STALE', 'the proof (DPoP) was not made just now');
      }
      return refusalOf(seen.take(subject, hash('sha256', `${thumbprint} ${jti}`, 'base64url')));
    },
  };
}

async function readProof(
  { proofs }: ShownRequest,
  { nowMs, limits }: { readonly nowMs: number; readonly limits: IdentityLimits },
): Promise<JWTVerifyResult | Refusal> {
  const [proof, ...others] = proofs;
  if (proof === undefined || others.length > 0) return invalid('there is none, or more than one');
  if (proof.length > limits.proofCharactersMax || !compactForm.test(proof)) {
    return invalid('it is too long or not a signed JWT');
  }
  try {
    // Takes public keys only.
    return await jwtVerify(proof, EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms,
      clockTolerance: limits.clockSkewSeconds,
      currentDate: new Date(nowMs),
    });
  } catch {
    return invalid('its form, type, key or signature is wrong');
  }
}

/** Compared as URLs, without query and fragment. @standard RFC 9449 §4.3 item 9, RFC 3986 §6.2 */
function isUrlOf(claim: unknown, publicUrl: string, target: string): boolean {
  if (typeof claim !== 'string' || !target.startsWith('/')) return false;
  const [path] = target.split(/[?#]/);
  const claimed = URL.canParse(claim) ? new URL(claim) : undefined;
  if (claimed === undefined || claimed.username !== '' || claimed.password !== '') return false;
  // Not resolved against it: a path that begins with `//` would name another host.
  const asked = `${publicUrl}${path}`;
  return (
    URL.canParse(asked) &&
    claimed.origin === publicUrl &&
    claimed.pathname === new URL(asked).pathname
  );
}

function refusalOf(found: ReturnType<SeenProofs['take']>): Refusal | undefined {
  if (found === 'seen') return refuse('IDENTITY_PROOF_REPLAYED', 'the proof was shown before');
  if (found === 'no room') {
    return refuse('IDENTITY_PROOFS_TOO_MANY', 'more proofs in two minutes than one caller may');
  }
  return undefined;
}

function invalid(what: string): Refusal {
  return refuse('IDENTITY_PROOF_INVALID', `the proof (header DPoP) does not count: ${what}`);
}
