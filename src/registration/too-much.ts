import type { EntriesStatus } from '../pacs/index/index.ts';
import { registrationLimits } from './limits.ts';

/** A mistake in a filter, or at a PACS, is likelier than so much that truly has to go at once. */
export function isTooMuch({
  studies,
  studiesLeaving,
}: Pick<EntriesStatus, 'studies' | 'studiesLeaving'>): boolean {
  const { hideUnaskedStudies, hideUnaskedPercent } = registrationLimits;
  return (
    studiesLeaving >= hideUnaskedStudies && studiesLeaving * 100 > studies * hideUnaskedPercent
  );
}
