import { type DataSet, getString, type Keyword, tag } from '../../dicom/index.ts';
import type { QueryLevel } from '../pacs-source.ts';

/** A date or time attribute as whole numbers: what the ranges of a query are cut along. */
export interface Axis {
  readonly keyword: Keyword;
  readonly first: number;
  readonly last: number;
  /** Undefined where the answer has no such value. */
  valueOf(answer: DataSet): number | undefined;
  /** A closed range as a matching key, as precise as `answers` are. @standard PS3.4 §C.2.2.2.5 */
  rangeOf(from: number, to: number, answers: readonly DataSet[]): string;
}

const dayMs = 86_400_000;

/** Days since 1970. */
function dateAxis(keyword: Keyword): Axis {
  const format = (day: number): string =>
    new Date(day * dayMs).toISOString().slice(0, 10).replaceAll('-', '');
  return {
    keyword,
    first: Date.UTC(1900, 0, 1) / dayMs,
    last: Date.UTC(9999, 11, 31) / dayMs,
    valueOf(answer) {
      const match = /^(\d{4})(\d\d)(\d\d)$/.exec(getString(answer, tag[keyword]) ?? '');
      const [, year, month, day] = match ?? [];
      const value = Date.UTC(Number(year), Number(month) - 1, Number(day)) / dayMs;
      return Number.isNaN(value) ? undefined : value;
    },
    rangeOf: (from, to) => `${format(from)}-${format(to)}`,
  };
}

/**
 * Seconds of the day; what a second holds is not cut, since not every PACS looks at fractions. They
 * are named only where answers have them: not every PACS can read them.
 */
function timeAxis(keyword: Keyword): Axis {
  const textOf = (answer: DataSet): string => getString(answer, tag[keyword]) ?? '';
  const two = (number: number): string => String(Math.floor(number)).padStart(2, '0');
  const format = (second: number): string =>
    `${two(second / 3600)}${two((second / 60) % 60)}${two(second % 60)}`;
  return {
    keyword,
    first: 0,
    last: 86_399,
    valueOf(answer) {
      const match = /^(\d\d)(\d\d)(\d\d)/.exec(textOf(answer));
      const [, hour, minute, second] = match ?? [];
      const value = Number(hour) * 3600 + Number(minute) * 60 + Number(second);
      return value < 86_400 ? value : undefined;
    },
    rangeOf(from, to, answers) {
      const isFraction = (answer: DataSet): boolean => textOf(answer).includes('.');
      return `${format(from)}-${format(to)}${answers.some(isFraction) ? '.999999' : ''}`;
    },
  };
}

/** What may tell the answers of a level apart, the likeliest first. */
export const axesOf: Readonly<Record<QueryLevel, readonly Axis[]>> = {
  STUDY: [dateAxis('StudyDate'), timeAxis('StudyTime')],
  SERIES: [
    timeAxis('SeriesTime'),
    timeAxis('PerformedProcedureStepStartTime'),
    dateAxis('SeriesDate'),
    dateAxis('PerformedProcedureStepStartDate'),
  ],
  IMAGE: [
    timeAxis('ContentTime'),
    timeAxis('AcquisitionTime'),
    dateAxis('ContentDate'),
    dateAxis('AcquisitionDate'),
  ],
};
