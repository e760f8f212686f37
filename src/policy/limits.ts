import { defineLimits } from '../lib/limits/limits.ts';

/** Bounds of policy changes. */
export const policyLimits = defineLimits('policy', {
  entriesMax: {
    value: 500,
    unit: 'count',
    reason: 'Every decision reads the whole list; more people than that are a group.',
  },
  whoLengthMax: { value: 512, unit: 'bytes', reason: 'The longest distinguished names have 300.' },
});
