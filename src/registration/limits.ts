import { defineLimits } from '../lib/limits/limits.ts';

/** Bounds of registration. */
export const registrationLimits = defineLimits('registration', {
  feedBatchChanges: {
    value: 50,
    unit: 'count',
    reason: 'One batch is one transaction of the catalog; a series may bring a thousand names.',
  },
});
