import { statementPattern } from '../../seal/index.ts';

/** Texts of the key share protocol. Each pattern bounds the length and matches in linear time. */
export const pattern = {
  ...statementPattern,
  policyId: /^[A-Za-z0-9][A-Za-z0-9._/@-]{0,127}$/,
  /** `user:`, `group:` or `authenticated`; names may hold any printable character. */
  who: /^[^\p{Cc}]{1,512}$/u,
} as const;
