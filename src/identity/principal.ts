/**
 * How somebody proved who they are. `shared-token`: one that other parties accept too. `ticket`: of a
 * key server itself. `service`: a gateway, which is nobody whom policies mean by `authenticated`.
 */
export type CredentialMethod = 'certificate' | 'token' | 'shared-token' | 'ticket' | 'service';

/**
 * Who asks. Comes out of a validated certificate chain or a verified token, never out of a header.
 * A group is an FQAN (`/vo/group/Role=r`) or a token group, kept as text and compared as a whole.
 */
export interface Principal {
  /** `x509:<DN in slash form>` or `token:<issuer>#<sub>`. */
  readonly subject: string;
  readonly groups: readonly string[];
  readonly method: CredentialMethod;
  /** When the credential ends, UTC ms; no decision is cached beyond it. */
  readonly expiresMs: number;
}
