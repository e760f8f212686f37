import { type Authenticate, createAuthenticate } from '../identity/authenticate.ts';
import { createChainValidator } from '../identity/chain/validator.ts';
import { createProofVerifier } from '../identity/token/dpop-proof.ts';
import { createTokenVerifier, type TokenIssuer } from '../identity/token/verifier.ts';
import { openTrustDirectory } from '../identity/trust/trust-directory.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';

/** Whom a service trusts to say who calls. Paths are absolute. */
export interface TrustSettings {
  readonly trustDirectory: string | undefined;
  readonly issuers: readonly (Omit<TokenIssuer, 'jwks'> & { readonly jwks: string })[];
  /** What proofs of keys are compared with; undefined: none is accepted. */
  readonly publicUrl: string | undefined;
}

/** The one decision of who calls, and what to close at the end. */
export interface OpenIdentity {
  readonly authenticate: Authenticate;
  close(): void;
}

/** Open trust directory and issuers. @throws IDENTITY_TRUST_UNREADABLE */
export async function openIdentity(
  settings: TrustSettings,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Promise<OpenIdentity> {
  const trust =
    settings.trustDirectory === undefined
      ? undefined
      : await openTrustDirectory({ path: settings.trustDirectory, clock, log });
  const tokens = await createTokenVerifier({
    clock,
    issuers: settings.issuers.map((issuer) => ({
      ...issuer,
      jwks: { kind: 'file', path: issuer.jwks },
    })),
  });
  const { publicUrl } = settings;
  return {
    authenticate: createAuthenticate({
      tokens,
      ...(publicUrl === undefined ? {} : { proofs: createProofVerifier({ publicUrl, clock }) }),
      ...(trust === undefined ? {} : { chains: createChainValidator({ trust, clock }) }),
    }),
    close: () => trust?.close(),
  };
}
