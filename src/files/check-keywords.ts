import type { MetadataCondition } from '../catalog/catalog.ts';
import { tag, type Vr, vrOf } from '../dicom/index.ts';
import { type SeriesFactName, seriesFacts } from '../facts/index.ts';
import { filesErrors } from './errors.ts';

/**
 * Refuse a search by what no series can have: "0 series" would read as if there were none. The
 * message lists what is known, and the same word in another case; or says that a number is wanted.
 * @throws FILES_KEYWORD_INVALID
 */
export function checkKeywords(
  conditions: readonly MetadataCondition[],
  known: readonly string[],
): void {
  const unknown = conditions.find(({ keyword }) => !known.includes(keyword))?.keyword;
  if (unknown === undefined) return checkNumbers(conditions);
  const meant = known.find((each) => each.toLowerCase() === unknown.toLowerCase());
  const hint = meant === undefined ? '' : `did you mean ${meant}? `;
  const message = `${unknown}: ${hint}known are ${known.toSorted().join(', ')}`;
  throw filesErrors.create('FILES_KEYWORD_INVALID', { message });
}

function checkNumbers(conditions: readonly MetadataCondition[]): void {
  const text = conditions.find(
    ({ keyword, operator, value }) =>
      operator !== 'like' && typeof value === 'string' && isNumeric(keyword),
  );
  if (text === undefined) return;
  const message = `${text.keyword} is a number: compare it with one, or with ~`;
  throw filesErrors.create('FILES_KEYWORD_INVALID', { message });
}

const numericVrs: ReadonlySet<Vr> = new Set(['IS', 'DS', 'US', 'SS', 'UL', 'SL', 'FL', 'FD']);

const isFact = (keyword: string): keyword is SeriesFactName => Object.hasOwn(seriesFacts, keyword);

function isNumeric(keyword: string): boolean {
  if (isFact(keyword)) return seriesFacts[keyword] === 'number';
  const known = Object.entries(tag).find(([name]) => name === keyword)?.[1];
  return known !== undefined && numericVrs.has(vrOf(known));
}
