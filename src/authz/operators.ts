import type { Principal } from '../identity/principal.ts';
import { evaluate } from './evaluate.ts';

/** Whether a principal runs the installation; a credential that has ended runs nothing. */
export type IsOperator = (principal: Principal, nowMs: number) => boolean;

/**
 * Make the test of who the operators are. They are named as in policies, and hold no right on any file
 * by it.
 * @param names `user:<principal subject>` or `group:<group>`; none: there is no operator
 */
export function createIsOperator(names: readonly string[]): IsOperator {
  const right = 'change-permissions';
  const entries = names.map((who) => ({ who, rights: [right] as const }));
  const policy = { id: 'operators', version: 1, entries };
  return (principal, nowMs) => evaluate({ principal, right, policy, nowMs }).allowed;
}
