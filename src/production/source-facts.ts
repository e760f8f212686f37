import type { DeidentifiedInstance } from '../deid/index.ts';
import { getUid, tag } from '../dicom/index.ts';
import { type Deidentified, readDeidentified } from '../flow/index.ts';
import type { SourceFacts } from './target-file.ts';

type Recipe = SourceFacts['recipe'];

/** Pseudonymous UIDs of a released instance. */
export function identityOf(
  box: Deidentified<DeidentifiedInstance>,
): Pick<SourceFacts, 'studyUid' | 'seriesUid'> & { readonly instanceUid: string } {
  const { header, sopInstanceUid } = readDeidentified(box);
  return {
    studyUid: getUid(header, tag.StudyInstanceUID) ?? '',
    seriesUid: getUid(header, tag.SeriesInstanceUID) ?? '',
    instanceUid: sopInstanceUid,
  };
}

/** Counts by reason, no values: a reader sees that the header is not all that the source had. */
export function droppedRecipe(drops: DeidentifiedInstance['drops']): Recipe {
  const counts = Object.entries(drops).map(([reason, count]) => `${reason} ${count}`);
  return counts.length === 0 ? [] : [{ name: 'dropped', value: counts.toSorted().join(', ') }];
}

/** What was absent from headers and taken from the length of their pixel data. */
export function derivedRecipe(derived: Iterable<string>): Recipe {
  const value = [...derived].toSorted().join(',');
  return value === '' ? [] : [{ name: 'derived', value }];
}
