import { getStrings, tag } from '../../dicom/index.ts';
import type { CollectionFilter, SeriesHolding } from './clinical-index.ts';
import { identifierKey, identifierOfText } from './identifier.ts';

/** Whether a holding belongs to a collection. */
export type FilterMatch = (holding: SeriesHolding) => boolean;

/**
 * Make the test of a filter: each criterion that names anything must match. A value is compared as a
 * whole: `A` does not match an archive's `A\\B`, nor does anything match an absent Patient ID.
 */
export function createFilterMatch(filter: CollectionFilter): FilterMatch {
  const named = filter.patientIds.map(identifierOfText).filter(({ kind }) => kind !== 'absent');
  const patients = new Set(named.map(identifierKey));
  const isOfNamed = ({ patientId }: SeriesHolding): boolean =>
    filter.patientIds.length === 0 || patients.has(identifierKey(patientId));
  return (holding) =>
    among(holding.pacs, filter.pacs) &&
    among(getStrings(holding.record, tag.Modality).join('\\'), filter.modalities) &&
    isOfNamed(holding) &&
    among(holding.studyInstanceUid, filter.studyInstanceUids);
}

function among(value: string, allowed: readonly string[]): boolean {
  return allowed.length === 0 || allowed.includes(value);
}
