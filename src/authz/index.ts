export { type AuthzQuestion, evaluate, isAmong, normaliseGroup, normaliseWho } from './evaluate.ts';
export { createIsOperator, type IsOperator } from './operators.ts';
export type { Decision, Policy, PolicyEntry, Right } from './policy.ts';
