import { normaliseGroup } from '../authz/index.ts';
import type { PolicyEntry } from '../authz/policy.ts';
import { policyErrors } from './errors.ts';
import { policyLimits } from './limits.ts';

/** `user:` or `group:` and printable text, or everyone who proved who they are. */
const whoPattern = /^(?:authenticated|(?:user|group):[\x21-\x7e][\x20-\x7e]*)$/;

/** @throws POLICY_INVALID */
export function checkWho(who: string): void {
  if (who.length > policyLimits.whoLengthMax || !whoPattern.test(who)) {
    throw policyErrors.create('POLICY_INVALID', {
      message: 'who is `user:...`, `group:...` or `authenticated`',
    });
  }
}

/** @throws POLICY_INVALID; an entry that is over already gives nothing and is a mistake */
export function checkEntry(entry: PolicyEntry, nowMs: number): void {
  checkWho(entry.who);
  if (entry.rights.length === 0)
    throw policyErrors.create('POLICY_INVALID', { message: 'at least one right is given' });
  const { expiresMs } = entry;
  if (expiresMs !== undefined && !(Number.isSafeInteger(expiresMs) && expiresMs > nowMs)) {
    throw policyErrors.create('POLICY_INVALID', { message: 'the end lies in the future' });
  }
}

/** Whether two entries name the same; a group may be written with or without its empty role. */
export function isSameWho(one: string, other: string): boolean {
  return spelled(one) === spelled(other);
}

function spelled(who: string): string {
  const prefix = 'group:';
  return who.startsWith(prefix) ? prefix + normaliseGroup(who.slice(prefix.length)) : who;
}
