/** The one port behind all doors. */
export type { MetadataCondition, SeriesMetadata } from '../catalog/catalog.ts';
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
} from './metadata.ts';
export type { ReplicaKeys } from './replica-keys.ts';
