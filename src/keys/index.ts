/**
 * Key shares: split, deposit, fetch, combine; and the signed feed of policies that the key servers
 * follow. The protocol is in docs/sealed-format.md.
 */
export { lineOfPath } from './asked-line.ts';
export {
  type CertificateTrust,
  certificateOf,
  type FeedCertificate,
  readCertificate,
  type VerifiedCertificate,
  verifyCertificate,
} from './certificate/feed-certificate.ts';
export { Conduct, type Misconduct } from './conduct.ts';
export { keysErrors } from './errors.ts';
export type { StillSilent } from './feed/catch-up.ts';
export { FeedState, type ServerGap } from './feed/feed-state.ts';
export type { FeedStore, KeptAck } from './feed/feed-store.ts';
export {
  createPolicyFeed,
  type FeedSpread,
  type PolicyFeed,
  type PolicyFeedOptions,
} from './feed/policy-feed.ts';
export { RecordAnchors } from './feed/record-anchors.ts';
export { type FeedRepaired, repairPolicyFeed } from './feed/repair-policy-feed.ts';
export { isNext, replayFeed } from './feed/replay-feed.ts';
export type { FetchedKeys, KeyRequest } from './fetch/fetch-session.ts';
export {
  type AllKnowingHost,
  allKnowingHosts,
  type ClientCertificate,
  checkAddresses,
  type FeedServer,
  type KeyCredential,
  type KeyServerAddress,
  type ServerCredential,
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
export {
  type DealtTests,
  dealtSize,
  dealtTestsOf,
  shareSize,
  testOf,
} from './shares/dealt-test.ts';
export type { KeyDeposit } from './shares/deposit-records.ts';
export { type Share, valueAt } from './shares/threshold-shares.ts';
export {
  addInto,
  areVanishing,
  type Vanishing,
  vanishingShares,
} from './shares/vanishing-shares.ts';
export { KeyUpkeep, type UpkeepJob } from './upkeep/key-upkeep.ts';
export {
  noProgress,
  type RecoveryPorts,
  recoverShares,
  type UpkeepProgress,
} from './upkeep/recover-shares.ts';
export { type RefreshPorts, refreshShares } from './upkeep/refresh-shares.ts';
export { UpkeepClient, type UpkeepClientOptions } from './upkeep/upkeep-client.ts';
export { type AuditHead, auditStart } from './wire/audit-head.ts';
export { type Deposit, signDeposit, verifyDeposit } from './wire/deposit.ts';
export { type FeedAck, signFeedAck, verifyFeedAck } from './wire/feed-ack.ts';
export {
  conflictReason,
  type FeedChange,
  type FeedPolicy,
  isPolicyOf,
} from './wire/feed-change.ts';
export { type FeedEntry, type VerifiedFeedEntry, verifyFeedEntry } from './wire/feed-entry.ts';
export { type FeedPosition, feedStart } from './wire/feed-position.ts';
export { feedReadHeader, signFeedRead, verifyFeedRead } from './wire/feed-read.ts';
export { type Heartbeat, verifyHeartbeat } from './wire/heartbeat.ts';
export { type KeyListAnswer, type ListedKey, verifyKeyList } from './wire/key-list.ts';
export {
  type ErrorAnswer,
  type FeedAnswer,
  type FeedEntriesAnswer,
  type FeedRequest,
  type KeyServerStatus,
  keyServerPath,
  readDepositRequest,
  readFeedRequest,
  readOwnDepositRequest,
  readSharesRequest,
  type ShareItem,
  type WantedShare,
  withinMessage,
} from './wire/messages.ts';
export { isOwnKeyId, isOwnKeyOf, ownDeposit, ownKeyIdOf } from './wire/own-key.ts';
export {
  type AskedFor,
  covers,
  isAskedFor,
  type KeyLine,
  type KeySubject,
  lineText,
  namesOf,
  type Place,
  volumeStem,
} from './wire/place.ts';
export {
  type AcceptedRecordGap,
  acceptedRecordGap,
  isAccepted,
  isInGap,
  orderOf,
  type RecordGap,
} from './wire/record-gap.ts';
export {
  boxDigestOf,
  dealtDigestOf,
  type SharesReady,
  type SharesStaged,
  signReady,
  signStaged,
  verifyReady,
  verifyStaged,
  wordsDigestOf,
} from './wire/refresh-words.ts';
export { openShareBox, type Peer, type ShareBox, sealShareBox } from './wire/share-box.ts';
export {
  commitmentOf,
  type Holder,
  isShareOf,
  type KeyDescription,
  type KeyStanding,
  keyBytes,
  keyDigestOf,
  matchKeyOf,
  releasedOf,
  type ShareRecord,
  type StoredKey,
  type StoredShare,
  toBase64Url,
} from './wire/share-record.ts';
export { readTicketRequest, type TicketAnswer, type TicketKey } from './wire/ticket.ts';
export {
  type AddressedBox,
  type BlindAnswer,
  type DealAnswer,
  readListRequest,
  readStageRequest,
  readUpkeepRequest,
  readWordsRequest,
  type StageRequest,
  type TakeAnswer,
  type UpkeepRequest,
  upkeepPath,
  type WordAnswer,
  type WordsRequest,
} from './wire/upkeep-messages.ts';
export {
  type OrderedKey,
  type UpkeepOrder,
  type VerifiedOrder,
  verifyUpkeepOrder,
} from './wire/upkeep-order.ts';
