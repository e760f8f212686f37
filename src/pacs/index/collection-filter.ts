import { getString, tag } from '../../dicom/index.ts';
import type { CollectionFilter, SeriesHolding } from './clinical-index.ts';

/** Whether a series belongs to a collection; each criterion that names anything must match. */
export function matchesFilter(holding: SeriesHolding, filter: CollectionFilter): boolean {
  return (
    among(holding.pacs, filter.pacs) &&
    among(getString(holding.record, tag.Modality), filter.modalities) &&
    among(getString(holding.record, tag.PatientID), filter.patientIds) &&
    among(holding.studyInstanceUid, filter.studyInstanceUids)
  );
}

function among(value: string | undefined, allowed: readonly string[]): boolean {
  return allowed.length === 0 || (value !== undefined && allowed.includes(value));
}
