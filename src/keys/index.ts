/**
 * Key shares: split, deposit, fetch, combine; and the signed feed of policies that the key servers
 * follow. The protocol is in docs/sealed-format.md.
 */
export { keysErrors } from './errors.ts';
export {
  createPolicyFeed,
  type FeedSpread,
  type FeedStore,
  type PolicyFeed,
  type PolicyFeedOptions,
} from './feed/policy-feed.ts';
export type { FetchedKeys, KeyRequest } from './fetch/fetch-session.ts';
export {
  checkAddresses,
  type KeyCredential,
  type KeyServerAddress,
} from './http/server-address.ts';
export {
  createKeyServers,
  type DepositOutcome,
  type KeyServers,
  type KeyServersOptions,
  type KeysCall,
  type ServerReport,
} from './key-servers.ts';
export { keysLimits } from './limits.ts';
export { joinOriginalShares } from './original/join-shares.ts';
export { originalThresholdOf, parseOriginalShares } from './original/parse-shares.ts';
export type { KeyDeposit } from './shares/deposit-records.ts';
export { type Deposit, signDeposit, verifyDeposit } from './wire/deposit.ts';
export {
  type FeedChange,
  type FeedEntry,
  type FeedPosition,
  feedStart,
  nobodyPolicyId,
  readPolicy,
  type VerifiedFeedEntry,
  verifyFeedEntry,
} from './wire/feed-entry.ts';
export { type Heartbeat, verifyHeartbeat } from './wire/heartbeat.ts';
export {
  type ErrorAnswer,
  type KeyServerStatus,
  keyServerPath,
  readDepositRequest,
  readFeedRequest,
  readSharesRequest,
  type ShareItem,
} from './wire/messages.ts';
export {
  commitmentOf,
  type KeyDescription,
  keyBytes,
  matchKeyOf,
  type ShareRecord,
  toBase64Url,
} from './wire/share-record.ts';
