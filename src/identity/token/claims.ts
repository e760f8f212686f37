import type { JWTPayload, JWTVerifyResult } from 'jose';
import type { IdentityLimits } from '../limits.ts';
import { type Refusal, refuse } from '../outcome.ts';
import type { Principal } from '../principal.ts';
import { type Confirmation, readConfirmation } from './confirmation.ts';
import { mayAssert } from './may-assert.ts';

/** Types of token that say who calls; a token made for another purpose names another type. */
const tokenTypes: ReadonlySet<string> = new Set(['jwt', 'at+jwt']);

const visible = /^[\x21-\x7e]+$/;

/** A token that says who somebody is, if he proves what it is bound to. */
export interface AcceptedToken {
  readonly kind: 'accepted';
  readonly principal: Principal;
  /** Absent where it counts for whoever shows it. */
  readonly confirmation?: Confirmation;
}

/** What an issuer's tokens may say. */
export interface ClaimRules {
  readonly issuer: string;
  readonly groupPrefixes?: readonly string[] | undefined;
  /** Of a token, from when it was issued, or from now where it does not say. */
  readonly longestLifetimeSeconds?: number | undefined;
  /** The only audience that no other party has; undefined where that does not matter. */
  readonly soleAudience?: string | undefined;
  /** Whether tokens are taken that other parties accept too. */
  readonly acceptsShared?: boolean | undefined;
  /** The one subject of a service; it is in no group. Undefined: its tokens are those of people. */
  readonly service?: string | undefined;
}

/** Who a token is of whose signature, issuer, audience and times were verified. */
export function readClaims(
  { payload, protectedHeader }: JWTVerifyResult,
  rules: ClaimRules,
  at: { readonly nowMs: number; readonly limits: IdentityLimits },
): AcceptedToken | Refusal {
  const { limits, nowMs } = at;
  const { typ } = protectedHeader;
  if (typ !== undefined && !tokenTypes.has(typ.toLowerCase().replace(/^application\//, ''))) {
    return refuse('IDENTITY_TOKEN_MALFORMED', 'the token is of a type that is not for access');
  }
  const { sub, exp, iat, cnf } = payload;
  const latestMs = nowMs + limits.clockSkewSeconds * 1000;
  if (iat !== undefined && !(typeof iat === 'number' && iat * 1000 <= latestMs)) {
    return refuse('IDENTITY_EXPIRED', 'the token was issued in the future');
  }
  if (typeof sub !== 'string' || !visible.test(sub) || sub.length > limits.subjectCharactersMax) {
    return refuse('IDENTITY_TOKEN_MALFORMED', 'the claim sub is unusable');
  }
  const expiresMs = (exp ?? Number.NaN) * 1000;
  if (!Number.isSafeInteger(Math.trunc(expiresMs))) {
    return refuse('IDENTITY_TOKEN_MALFORMED', 'the claim exp is unusable');
  }
  const longestSeconds = rules.longestLifetimeSeconds ?? limits.tokenLifetimeSeconds;
  if (expiresMs - (iat ?? nowMs / 1000) * 1000 > longestSeconds * 1000) {
    const hours = longestSeconds / 3600;
    return refuse('IDENTITY_TOKEN_LONG_LIVED', `the longest life of a token here is ${hours} h`);
  }
  const groups = readGroups(payload['wlcg.groups'] ?? payload['groups'], limits);
  if ('kind' in groups) return groups;
  const confirmation = cnf === undefined ? undefined : readConfirmation(cnf);
  if (confirmation !== undefined && 'kind' in confirmation) return confirmation;
  const isShared = confirmation === undefined && isForOthers(payload, rules);
  if (isShared && rules.acceptsShared !== true) {
    const own = `its audience must be ${rules.soleAudience} alone`;
    return refuse('IDENTITY_TOKEN_SHARED', `other parties accept this token too: ${own}`);
  }
  const { issuer, service } = rules;
  if (service !== undefined && sub !== service) {
    return refuse('IDENTITY_TOKEN_MALFORMED', 'the issuer speaks of nobody but its service');
  }
  const held = groups.filter((group) => mayAssert(group, rules.groupPrefixes));
  const [method, ours] =
    service === undefined
      ? ([isShared ? 'shared-token' : 'token', held] as const)
      : (['service', []] as const);
  const principal = { subject: `token:${issuer}#${sub}`, groups: ours, method, expiresMs };
  return { kind: 'accepted', principal, ...(confirmation && { confirmation }) };
}

/** Whether a token that is bound to nothing may be accepted by another party than us. */
function isForOthers({ aud }: JWTPayload, { soleAudience }: ClaimRules): boolean {
  if (soleAudience === undefined) return false;
  const audiences = [aud].flat();
  return audiences.length !== 1 || audiences[0] !== soleAudience;
}

function readGroups(claim: unknown, limits: IdentityLimits): readonly string[] | Refusal {
  if (claim === undefined) return [];
  const usable =
    Array.isArray(claim) &&
    claim.length <= limits.groupsMax &&
    claim.every(
      (group): group is string =>
        typeof group === 'string' &&
        group.length <= limits.groupCharactersMax &&
        visible.test(group),
    );
  return usable ? claim : refuse('IDENTITY_TOKEN_MALFORMED', 'the groups claim is unusable');
}
