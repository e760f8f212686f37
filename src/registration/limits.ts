import { defineLimits } from '../lib/limits/limits.ts';

/** Bounds of registration. */
export const registrationLimits = defineLimits('registration', {
  leftOutRowsMax: {
    value: 32,
    unit: 'count',
    reason: 'Reasons with their statuses that are counted apart; a PACS chooses the statuses.',
  },
  feedBatchChanges: {
    value: 50,
    unit: 'count',
    reason: 'One batch is one transaction of the catalog; a series may bring a thousand names.',
  },
});
