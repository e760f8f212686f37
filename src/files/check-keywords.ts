import type { MetadataCondition } from '../catalog/catalog.ts';
import { filesErrors } from './errors.ts';

/**
 * Refuse a search by what no series can have: "0 series" would read as if there were none. The
 * message lists what is known, and the same word in another case.
 * @throws FILES_KEYWORD_INVALID
 */
export function checkKeywords(
  conditions: readonly MetadataCondition[],
  known: readonly string[],
): void {
  const unknown = conditions.find(({ keyword }) => !known.includes(keyword))?.keyword;
  if (unknown === undefined) return;
  const meant = known.find((each) => each.toLowerCase() === unknown.toLowerCase());
  const hint = meant === undefined ? '' : `did you mean ${meant}? `;
  const message = `${unknown}: ${hint}known are ${known.toSorted().join(', ')}`;
  throw filesErrors.create('FILES_KEYWORD_INVALID', { message });
}
