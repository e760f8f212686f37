import type { Principal } from '../identity/principal.ts';
import type { Decision, Policy, PolicyEntry, Right } from './policy.ts';

/** A question for the evaluator. */
export interface AuthzQuestion {
  readonly principal: Principal;
  readonly right: Right;
  readonly policy: Policy;
  /** UTC ms. */
  readonly nowMs: number;
}

/**
 * Decide whether a principal holds a right under a policy. The one evaluator: doors and key servers
 * ask it the same question and get the same answer.
 *
 * Pure. Denies unless an entry that is in force names the right and matches the caller; an expired
 * credential holds nothing. A time that is not a number allows nothing. `rule` is `entry <index>`
 * of the first entry that allowed, else `credential-expired`, `entry-expired` (one would have
 * allowed, had it been in force) or `no-entry`.
 */
export function evaluate(question: AuthzQuestion): Decision {
  const { principal, right, policy, nowMs } = question;
  if (!isBefore(nowMs, principal.expiresMs)) return refuse('credential-expired', false);
  const names = namesOf(principal);
  let mayKnowExists = false;
  let expired = false;
  for (const [index, entry] of policy.entries.entries()) {
    if (!names.has(normaliseWho(entry.who))) continue;
    const inForce = entryInForce(entry, nowMs);
    if (entry.rights.includes(right)) {
      if (inForce) return { allowed: true, rule: `entry ${index}`, mayKnowExists: true };
      expired = true;
    }
    mayKnowExists ||= inForce && entry.rights.length > 0;
  }
  return refuse(expired ? 'entry-expired' : 'no-entry', mayKnowExists);
}

/** Whether `nowMs` lies before the end `expiresMs`; false when either is not a number. */
function isBefore(nowMs: number, expiresMs: number): boolean {
  return nowMs < expiresMs;
}

function entryInForce(entry: PolicyEntry, nowMs: number): boolean {
  return entry.expiresMs === undefined ? Number.isFinite(nowMs) : isBefore(nowMs, entry.expiresMs);
}

/**
 * Every `who` text that names this principal; entries are compared with these as a whole.
 * `authenticated` are people: a service is named, or it holds nothing.
 */
function namesOf(principal: Principal): ReadonlySet<string> {
  const names = new Set([`user:${principal.subject}`]);
  if (principal.method !== 'service') names.add('authenticated');
  for (const group of principal.groups) names.add(`group:${normaliseGroup(group)}`);
  return names;
}

/** Whether a principal is one of these, each as `normaliseWho` writes it. */
export function isAmong(principal: Principal, names: ReadonlySet<string>): boolean {
  if (names.size === 0) return false;
  return [...namesOf(principal)].some((name) => names.has(name));
}

/** The one spelling of who an entry names. */
export function normaliseWho(who: string): string {
  return who.startsWith('group:') ? `group:${normaliseGroup(who.slice('group:'.length))}` : who;
}

/**
 * The short form of an FQAN: `/vo/group/Role=NULL/Capability=NULL` names the group `/vo/group`
 * itself. A real role stays, so a group and a role in it are two different names. A group of a
 * token is returned as it is.
 *
 * @standard OGF GFD.182 §3.4.1
 */
export function normaliseGroup(group: string): string {
  if (!group.startsWith('/')) return group;
  return group.replace(/\/Capability=NULL$/, '').replace(/\/Role=NULL$/, '');
}

function refuse(rule: string, mayKnowExists: boolean): Decision {
  return { allowed: false, rule, mayKnowExists };
}
