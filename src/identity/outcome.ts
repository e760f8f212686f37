import type { IdentityCode } from './errors.ts';
import type { Principal } from './principal.ts';

/** A credential that was shown and not accepted. */
export interface Refusal {
  readonly kind: 'refused';
  readonly code: IdentityCode;
  /** For the person who showed it; names what is wrong, holds no credential. */
  readonly explanation: string;
}

/** What looking at a credential ends in. */
export type Outcome = { readonly kind: 'accepted'; readonly principal: Principal } | Refusal;

/** Refuse with `code`. */
export function refuse(code: IdentityCode, explanation: string): Refusal {
  return { kind: 'refused', code, explanation };
}
