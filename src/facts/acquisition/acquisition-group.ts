import { type DataSet, type Keyword, tag as t } from '../../dicom/index.ts';
import { knownValue } from '../fact.ts';
import { type NumberRow, numberFacts } from '../fact-table.ts';
import { readFact } from '../read-numbers.ts';
import { codeText } from '../read-text.ts';

/**
 * To which acquisition an image belongs where the time points or slices of one are series of their own.
 */
export interface AcquisitionGroup {
  /** `a-<H>`: equal in all series of the acquisition, under the collection's key. */
  readonly id: string;
  /** Where the series stands in it; counts from 1. Its scanner says so, no clock. */
  readonly place: number;
  /** How many places there are to be; undefined where no element states it. */
  readonly expected: number | undefined;
  /** It is so only if all images of the series lie at one place. */
  readonly onePlace: boolean;
}

/** What a reader finds. */
export interface ProposedGroup extends Omit<AcquisitionGroup, 'id'> {
  /** What all series of the acquisition have in common, beside study and frame of reference. */
  readonly identifiers: readonly string[];
}

/** Numbers by which groups are found; no other ranges are taken. */
export const acquisitionGroupRows = {
  seriesNumber: {
    source: 'SeriesNumber',
    count: 1,
    unit: 'count',
    least: 0,
    // As sidecars tell it; six digits could be a time of day.
    most: 99_999,
    resolution: { decimals: 0 },
  },
  temporalPosition: numberFacts.temporalPosition,
  temporalPositions: {
    source: 'NumberOfTemporalPositions',
    count: 1,
    unit: 'count',
    least: 1,
    most: 65_535,
    resolution: { decimals: 0 },
  },
} as const satisfies Readonly<Record<string, NumberRow>>;

/** A number of the table; undefined where there is none to rely on. */
export function groupNumber(
  header: DataSet,
  name: keyof typeof acquisitionGroupRows,
): number | undefined {
  const number = knownValue(readFact(header, acquisitionGroupRows[name]));
  return typeof number === 'number' ? number : undefined;
}

/** Which of several time points an image is. @standard PS3.3 §C.8.3.1 */
export function timePointOf(
  header: DataSet,
): { readonly place: number; readonly expected: number } | undefined {
  const place = groupNumber(header, 'temporalPosition') ?? 0;
  const expected = groupNumber(header, 'temporalPositions') ?? 0;
  return place >= 1 && expected >= 2 && place <= expected ? { place, expected } : undefined;
}

/** Characters of the longest text that is one: UIDs, and strings of VR LO. */
const textMax = 64;

/** The one value of an element; undefined where it has none, several, or more than a value has. */
export function oneText(header: DataSet, keyword: Keyword): string | undefined {
  const text = knownValue(codeText(header, t[keyword]))?.trim() ?? '';
  return text === '' || text.length > textMax || text.includes('\\') ? undefined : text;
}
