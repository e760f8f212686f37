import { defineLimits } from '../../lib/limits/limits.ts';

/** Bounds of the API. */
export const apiLimits = defineLimits('access/api', {
  conditionsMax: {
    value: 20,
    unit: 'count',
    reason: 'Conditions of one query; the catalog takes no more.',
  },
  bodyBytesMax: { value: 65_536, unit: 'bytes', reason: 'A grant with all its fields has 2 KiB.' },
});
