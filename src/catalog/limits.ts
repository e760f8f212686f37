import { defineLimits } from '../lib/limits/limits.ts';

/** Bounds of the catalog. */
export const catalogLimits = defineLimits('catalog', {
  transactionRows: {
    value: 2_000,
    unit: 'count',
    reason: 'Rows after which the inbox commits and lets others in: some ten milliseconds.',
  },
  queryWindow: {
    value: 1_000,
    unit: 'count',
    reason: 'Series that a metadata query looks at before it lets others in.',
  },
  conditionsMax: {
    value: 20,
    unit: 'count',
    reason: 'Conditions of one metadata query; each costs a lookup a series.',
  },
  conditionLengthMax: {
    value: 256,
    unit: 'count',
    reason: 'Characters of a value or pattern: no attribute of a series is longer.',
  },
  locksMax: {
    value: 1_000,
    unit: 'count',
    reason: 'Locks that operators may set: they are listed as a whole, and set by hand.',
  },
  readGrainMs: {
    value: 60_000,
    unit: 'ms',
    reason: 'The last read of a replica is noted at this grain, so that reading hardly writes.',
  },
  refusalKeptMs: {
    value: 24 * 60 * 60 * 1_000,
    unit: 'ms',
    reason:
      'How long a refused file is not tried again: what an archive corrects is noticed, and a refusal costs at most a retrieve a day.',
  },
  recallKeptMs: {
    value: 7 * 24 * 60 * 60 * 1_000,
    unit: 'ms',
    reason: 'How long a settled recall can be asked about.',
  },
});

export type CatalogLimits = typeof catalogLimits;
