import { type DataSet, getNumbers, type Tag } from '../../dicom/index.ts';

/**
 * A count that a PACS states, such as NumberOfSeriesRelatedInstances; undefined where it states
 * none, or something that is no count: text, several values, a fraction, less than zero.
 */
export function statedCount(answer: DataSet, which: Tag): number | undefined {
  const values = numbersOf(answer, which);
  const [count] = values;
  const isCount = values.length === 1 && Number.isSafeInteger(count) && Number(count) >= 0;
  return isCount ? count : undefined;
}

function numbersOf(answer: DataSet, which: Tag): readonly number[] {
  try {
    return getNumbers(answer, which);
  } catch {
    return []; // Not a number: as good as none.
  }
}

/** What the count that a PACS states says of a list that it gave. */
export type Standing = 'confirmed' | 'short' | 'counted-fewer' | 'not-counted';

/** Lay a list beside the count. Zero is no more than any other count: it may be below the list. */
export function standingOf(listed: number, counted: number | undefined): Standing {
  if (counted === undefined) return 'not-counted';
  if (counted === listed) return 'confirmed';
  return counted > listed ? 'short' : 'counted-fewer';
}
