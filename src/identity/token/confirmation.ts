import { type Refusal, refuse } from '../outcome.ts';

/**
 * What a token is bound to: it counts only for who proves to have all of this.
 *
 * @standard RFC 7800 §3.1
 */
export interface Confirmation {
  /** Thumbprint of a key (`jkt`), base64url. @standard RFC 9449 §6.1 */
  readonly keyThumbprint: string | undefined;
  /** SHA-256 of a certificate (`x5t#S256`), base64url. @standard RFC 8705 §3.1 */
  readonly certificateSha256: string | undefined;
}

const members: ReadonlySet<string> = new Set(['jkt', 'x5t#S256']);
const digestForm = /^[A-Za-z0-9_-]{43}$/;

/**
 * Read the claim `cnf` of a token that has one. A way of binding that is not known here cannot be
 * proven, so the token is refused rather than taken for one that is not bound.
 */
export function readConfirmation(claim: unknown): Confirmation | Refusal {
  const unusable = refuse('IDENTITY_TOKEN_BOUND', 'the token is bound in a way that is not known');
  if (typeof claim !== 'object' || claim === null || Array.isArray(claim)) return unusable;
  const entries = Object.entries(claim);
  const isUsable = entries.every(
    ([name, value]) => members.has(name) && typeof value === 'string' && digestForm.test(value),
  );
  if (entries.length === 0 || !isUsable) return unusable;
  const { jkt, 'x5t#S256': x5t } = claim as Readonly<Record<string, string | undefined>>;
  return { keyThumbprint: jkt, certificateSha256: x5t };
}
