import { type DataSet, getString, type Keyword, tag } from '../../dicom/index.ts';
import type { QueryLevel } from '../pacs-source.ts';

/** A date or time attribute as whole numbers: what the ranges of a query are cut along. */
export interface Axis {
  readonly keyword: Keyword;
  readonly first: number;
  readonly last: number;
  /** Undefined where the answer has no such value. */
  valueOf(answer: DataSet): number | undefined;
  /** Whether the answer's value is finer than our numbers. */
  isFractional(answer: DataSet): boolean;
  /**
   * A closed range as a matching key; fractions are named only where answers have them, for not
   * every PACS can read them. @standard PS3.4 §C.2.2.2.5
   */
  rangeOf(from: number, to: number, isFractional: boolean): string;
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
    isFractional: () => false,
    rangeOf: (from, to) => `${format(from)}-${format(to)}`,
  };
}

/** Seconds of the day; what a second holds is not cut, since not every PACS looks at fractions. */
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
    isFractional: (answer) => textOf(answer).includes('.'),
    rangeOf: (from, to, isFractional) =>
      `${format(from)}-${format(to)}${isFractional ? '.999999' : ''}`,
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
