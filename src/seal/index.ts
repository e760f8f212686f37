/**
 * Sealing: standard Crypt4GH files made of de-identified bytes, and the signed receipts that make
 * them authentic. Format in docs/sealed-format.md.
 */
export { openHeader, rewrapHeader } from './crypt4gh/header.ts';
export {
  formatPrivateKeyFile,
  formatPublicKeyFile,
  parsePublicKeyFile,
} from './crypt4gh/key-file.ts';
export {
  type ByteSpan,
  layout as sealedLayout,
  sealedRangeOf,
  sealedSizeOf,
  segmentCountOf,
} from './crypt4gh/layout.ts';
export {
  type OpenSegmentsOptions,
  openSegments,
  SegmentOpener,
} from './crypt4gh/open-segments.ts';
export {
  isKeyPair,
  newRecipientKeyPair,
  publicKeyOf,
  type RecipientKeyPair,
  wipe,
} from './crypt4gh/recipient-key-pair.ts';
export {
  createSealer,
  type Sealer,
  type SealStream,
  type SealSummary,
} from './crypt4gh/seal-stream.ts';
export {
  digestSize,
  type SegmentProof,
  SegmentRoot,
  type SegmentRuns,
  segmentProofOf,
  segmentRootOf,
  segmentRunsOf,
} from './crypt4gh/segment-digests.ts';
export { sealErrors } from './errors.ts';
export { sealLimits } from './limits.ts';
export { openOwn, type Wholeness } from './own/open-own.ts';
export { sealOwn } from './own/seal-own.ts';
export { splitOwnHeader } from './own/split-header.ts';
export type { AliasStatement } from './receipt/alias-statement.ts';
export { type AskedFile, askedFileOf, checkAsked } from './receipt/asked-file.ts';
export {
  type BatchContext,
  type ProducerKey,
  type ProducerKeys,
  pinProducers,
  signBatch,
} from './receipt/batch.ts';
export { pattern as statementPattern } from './receipt/patterns.ts';
export type { ProductionStatement } from './receipt/production-statement.ts';
export {
  checkHeader,
  checkSegmentDigests,
  checkSegmentProof,
  type VerifiedProduction,
  type VerifiedVersion,
  verifyAlias,
  verifyProduction,
  verifyVersion,
} from './receipt/receipts.ts';
export {
  keyIdOf,
  type PinnedKeys,
  pinKeys,
  type Signer,
  type StatementType,
  signStatement,
  statementDigestOf,
  verifyStatement,
} from './receipt/signed-statement.ts';
export { type Statement, type StatementBytes, statementBytes } from './receipt/statement.ts';
export type {
  PseudonymousUids,
  SourceCounts,
  StatedFile,
  VersionStatement,
} from './receipt/version-statement.ts';
