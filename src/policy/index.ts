/** Who may do what: grant, revoke, and the way of policies to the key servers. */
export type { Policy, PolicyEntry, Right } from '../authz/policy.ts';
export { policyErrors } from './errors.ts';
export { openPolicyFeedStore, type PolicyFeedStore } from './feed-store.ts';
export {
  createKeyDesk,
  type KeyCare,
  type KeyDesk,
  type KeyServerCare,
} from './key-desk.ts';
export { policyLimits } from './limits.ts';
export { type NameSources, neverMatches } from './never-matches.ts';
export {
  type AppliedCollection,
  createOperatorDesk,
  type LockChange,
  type OperatorDesk,
} from './operator-desk.ts';
export { createOwnKeys, type OwnKey, type OwnKeyChange, type OwnKeys } from './own-keys.ts';
export {
  createPolicyService,
  type PlacedPolicy,
  type PolicyChange,
  type PolicyPorts,
  type PolicyService,
} from './policy-service.ts';
export { type TakeFeedPorts, takeFeed } from './take-feed.ts';
export type { SpreadTimes } from './wait-for-spread.ts';
