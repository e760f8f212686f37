import { statementPattern } from '../../seal/index.ts';

/** Texts of the key share protocol. Each pattern bounds the length and matches in linear time. */
export const pattern = {
  ...statementPattern,
  policyId: /^[A-Za-z0-9][A-Za-z0-9._/@-]{0,127}$/,
  /** `user:`, `group:` or `authenticated`; names may hold any printable character. */
  who: /^[^\p{Cc}]{1,512}$/u,
  /** Who can be shut out: not everybody. */
  banned: /^(?:user|group):[^\p{Cc}]{1,512}$/u,
  owner: /^user:[^\p{Cc}]{1,512}$/u,
  /** Names of the tree. */
  subject: /^p-[0-9a-z-]{1,64}$/,
  study: /^t-[0-9a-z-]{1,64}$/,
  series: /^s-[0-9a-z-]{1,64}$/,
  /** With the suffixes that the kind of a stack has. */
  stem: /^(?:volume|i-[0-9a-z-]{1,64}|v-[0-9a-z-]{1,64}(?:_[a-zA-Z0-9]{1,16}){0,8})$/,
  /** Words of whoever did it, one line; nothing of a patient. */
  why: /^[^\p{C}\p{Zl}\p{Zp}]{1,500}$/u,
  /** Compact JWE to a key of the receiver: no encrypted key in it. */
  jwe: /^[A-Za-z0-9_-]+\.\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/,
  jws: /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/,
} as const;
