/**
 * Sealing: standard Crypt4GH files made of de-identified bytes, and the signed receipts that make
 * them authentic. Format in docs/sealed-format.md.
 */
export { openHeader, rewrapHeader } from './crypt4gh/header.ts';
export { parsePublicKeyFile } from './crypt4gh/key-file.ts';
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
export { segmentRootOf } from './crypt4gh/segment-digests.ts';
export { sealErrors } from './errors.ts';
export { sealLimits } from './limits.ts';
export { openOwn, type Wholeness } from './own/open-own.ts';
export { sealOwn } from './own/seal-own.ts';
export { splitOwnHeader } from './own/split-header.ts';
export { pattern as statementPattern } from './receipt/patterns.ts';
export type { ProductionRecord } from './receipt/production-record.ts';
export {
  checkHeader,
  checkSegmentDigests,
  type Receipt,
  signReceipt,
  type VerifiedReceipts,
  verifyReceipt,
  verifyReceipts,
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
export type { PseudonymousUids, SourceCounts, VersionReceipt } from './receipt/version-receipt.ts';
