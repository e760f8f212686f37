import type { JWTVerifyResult } from 'jose';
import type { IdentityLimits } from '../limits.ts';
import { type Outcome, type Refusal, refuse } from '../outcome.ts';
import { mayAssert } from './may-assert.ts';

/** Types of token that say who calls; a token made for another purpose names another type. */
const tokenTypes: ReadonlySet<string> = new Set(['jwt', 'at+jwt']);

const visible = /^[\x21-\x7e]+$/;

/** The principal of a token whose signature, issuer, audience and times were verified. */
export function principalOf(
  { payload, protectedHeader }: JWTVerifyResult,
  at: {
    readonly issuer: string;
    readonly groupPrefixes: readonly string[] | undefined;
    readonly nowMs: number;
    readonly limits: IdentityLimits;
  },
): Outcome {
  const { limits, nowMs } = at;
  const { typ } = protectedHeader;
  if (typ !== undefined && !tokenTypes.has(typ.toLowerCase().replace(/^application\//, ''))) {
    return refuse('IDENTITY_TOKEN_MALFORMED', 'the token is of a type that is not for access');
  }
  const { sub, exp, iat } = payload;
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
  const groups = readGroups(payload['wlcg.groups'] ?? payload['groups'], limits);
  if ('kind' in groups) return groups;
  const subject = `token:${at.issuer}#${sub}`;
  const held = groups.filter((group) => mayAssert(group, at.groupPrefixes));
  return { kind: 'accepted', principal: { subject, groups: held, method: 'token', expiresMs } };
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
