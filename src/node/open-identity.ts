import { type Authenticate, createAuthenticate } from '../identity/authenticate.ts';
import { createChainValidator } from '../identity/chain/validator.ts';
import { createTokenVerifier, type TokenAlgorithm } from '../identity/token/verifier.ts';
import { openTrustDirectory } from '../identity/trust/trust-directory.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';

/** Whom a service trusts to say who calls. Paths are absolute. */
export interface TrustSettings {
  readonly trustDirectory: string | undefined;
  readonly issuers: readonly {
    readonly issuer: string;
    readonly audience: string | readonly string[];
    readonly jwks: string;
    readonly algorithms: readonly TokenAlgorithm[];
    readonly groupPrefixes?: readonly string[] | undefined;
  }[];
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
  return {
    authenticate: createAuthenticate({
      tokens,
      ...(trust === undefined ? {} : { chains: createChainValidator({ trust, clock }) }),
    }),
    close: () => trust?.close(),
  };
}
