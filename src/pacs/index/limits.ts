import { defineLimits } from '../../lib/limits/limits.ts';

/** Bounds of the clinical index. */
export const indexLimits = defineLimits('pacs/index', {
  pageSeries: {
    value: 200,
    unit: 'count',
    reason:
      'Series looked at in one statement: some ten milliseconds, then others have their turn.',
  },
  seenGrainMs: {
    value: 60 * 60 * 1000,
    unit: 'ms',
    reason:
      'That an unchanged series was seen is noted at this grain, so that a walk hardly writes.',
  },
});
