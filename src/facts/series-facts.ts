/**
 * Facts that a whole series has, by the name under which they are searched, and what they are. No
 * keyword of PS3.6 is among them.
 */
export const seriesFacts = {
  /** `a-<H>` of the acquisition that the series is a part of. */
  AcquisitionGroup: 'name',
  /** Where it stands in that; counts from 1. */
  AcquisitionPlace: 'number',
  /** How many places that is to have. */
  AcquisitionExpected: 'number',
} as const;

/** Name of a fact of a series. */
export type SeriesFactName = keyof typeof seriesFacts;

/** What is known of a series; names of facts that are not are absent. */
export type SeriesFacts = Readonly<Partial<Record<SeriesFactName, string | number>>>;
