import { policyErrors } from './errors.ts';
import { policyLimits } from './limits.ts';

/** One line that is printed as it is. @throws POLICY_INVALID */
export function checkReason(reason: string): void {
  const isLine = /^[^\p{C}\p{Zl}\p{Zp}]+$/u.test(reason) && reason.trim() !== '';
  if (!isLine || Buffer.byteLength(reason) > policyLimits.lockReasonLengthMax)
    throw policyErrors.create('POLICY_INVALID', { message: 'the reason is one line of text' });
}
