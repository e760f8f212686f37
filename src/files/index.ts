/** The one port behind all doors. */
export type { MetadataCondition, SeriesMetadata } from '../catalog/catalog.ts';
/** Doors translate these too, and know nothing else of recalls. */
export { type RecallFailure, recallErrors } from '../recall/errors.ts';
export { createFiles, type FilesPorts } from './create-files.ts';
export type { Disclosure, DisclosureAudit } from './disclosure-audit.ts';
export { filesErrors } from './errors.ts';
export type {
  FilePage,
  FileStat,
  Files,
  Locality,
  OpenFile,
  RangeRequest,
  StagedFile,
  StageRequest,
} from './files.ts';
export { filesLimits } from './limits.ts';
export {
  createFileMetadata,
  type FileMetadata,
  type FileReceipts,
  type FoundPage,
  type SegmentRange,
} from './metadata.ts';
export { parseTreePath, withoutEmptySegments } from './path.ts';
export { createProofs, type Proofs } from './proofs.ts';
export type { ReplicaKeys } from './replica-keys.ts';
export type { Standing } from './standing.ts';
