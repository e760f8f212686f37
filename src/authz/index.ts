export { type AuthzQuestion, evaluate, normaliseGroup } from './evaluate.ts';
export type { Decision, Policy, PolicyEntry, Right } from './policy.ts';
