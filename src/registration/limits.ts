import { defineLimits } from '../lib/limits/limits.ts';

/** Bounds of registration. */
export const registrationLimits = defineLimits('registration', {
  leftOutRowsMax: {
    value: 32,
    unit: 'count',
    reason: 'Reasons with their statuses that are counted apart; a PACS chooses the statuses.',
  },
  hideBatchSeries: {
    value: 200,
    unit: 'count',
    reason: 'Series hidden in one transaction of the index.',
  },
  hideUnaskedStudies: {
    value: 20,
    unit: 'count',
    reason: 'So many studies are hidden only after somebody confirmed it, if they are above 1 %.',
  },
  hideUnaskedPercent: {
    value: 1,
    unit: 'count',
    reason: 'Percent of the studies of a collection; a mistyped filter hides most of them.',
  },
  unseenNamedMax: {
    value: 20,
    unit: 'count',
    reason:
      'Values of filters that match nothing named in one line; a mistyped list has thousands.',
  },
  reviewEveryMs: {
    value: 20_000,
    unit: 'ms',
    reason:
      'A walk takes hours; what it finds to be of somebody else is gone within a minute, this and the way to the doors.',
  },
  seriesAtOnce: {
    value: 64,
    unit: 'count',
    reason: 'Series recorded or announced at once: they share a commit, which takes a disk 30 ms.',
  },
  instancesAtOnce: {
    value: 10_000,
    unit: 'count',
    reason: 'No further series while those under way have so many: some ten megabytes are held.',
  },
  reviewSeries: {
    value: 1_000,
    unit: 'count',
    reason:
      'Changed series that are announced before the catalog is fed and what must go is looked for again: some seconds.',
  },
  feedBatchChanges: {
    value: 50,
    unit: 'count',
    reason: 'One batch is one transaction of the catalog; a series may bring a thousand names.',
  },
});
