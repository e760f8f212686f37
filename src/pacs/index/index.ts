/** The clinical index: what each PACS holds, with identities. Belongs to the hospital. */
export type {
  Candidate,
  ClinicalIndex,
  CollectionEntries,
  CollectionFilter,
  Departure,
  EntriesStatus,
  EntryNames,
  FoundSeries,
  Recipe,
  Review,
  SeriesHolding,
  SeriesIdentities,
  SeriesNames,
} from './clinical-index.ts';
export { indexErrors } from './errors.ts';
export { createIndexCipher, type IndexCipher } from './index-cipher.ts';
export { openClinicalIndex } from './open-clinical-index.ts';
export type { CatalogChangeText } from './outbox.ts';
export { type ExpectedNames, RecallTarget } from './recall-target.ts';
export type { MintedFile, StatedFiles, StatedSeries } from './stated-files.ts';
