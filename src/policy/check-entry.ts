import type { PolicyEntry } from '../authz/policy.ts';
import { policyErrors } from './errors.ts';
import { policyLimits } from './limits.ts';

/** `user:` or `group:` and printable text, or everyone who proved who they are. */
const whoPattern = /^(?:authenticated|(?:user|group):[\x21-\x7e][\x20-\x7e]*)$/;

/** @throws POLICY_INVALID */
export function checkEntry(entry: PolicyEntry): void {
  if (entry.who.length > policyLimits.whoLengthMax || !whoPattern.test(entry.who)) {
    throw policyErrors.create('POLICY_INVALID', { message: 'who' });
  }
  if (entry.rights.length === 0) throw policyErrors.create('POLICY_INVALID', { message: 'rights' });
  if (entry.expiresMs !== undefined && !Number.isSafeInteger(entry.expiresMs)) {
    throw policyErrors.create('POLICY_INVALID', { message: 'expires' });
  }
}
