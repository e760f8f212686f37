import { defineLimits } from '../lib/limits/limits.ts';

/** Bounds on what is read for facts. */
export const factLimits = defineLimits('facts', {
  valueMaxBytes: {
    value: 4096,
    unit: 'bytes',
    reason:
      'The longest value of a fact has 64 numbers or codes; decimal strings have some 30 bytes.',
  },
  csaTagsMax: {
    value: 128,
    unit: 'count',
    reason: 'Siemens headers have 56 to 101 tags; more is no such header.',
  },
  csaItemsMax: {
    value: 1000,
    unit: 'count',
    reason: 'Items of one tag: as many as tiles of the largest mosaic; more is a damaged header.',
  },
  csaTextMaxBytes: {
    value: 256,
    unit: 'bytes',
    reason: 'Numbers and words of a CSA header have some 16 characters; more is no such value.',
  },
  mrSliceMaxMm: {
    value: 600,
    unit: 'mm',
    reason:
      'Magnets image some 500 mm, 550 at most: a slice is longer in one direction where it is composed of several, in both where it is a grid.',
  },
});
