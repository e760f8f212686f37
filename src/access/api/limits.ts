import { defineLimits } from '../../lib/limits/limits.ts';

/** Bounds of the API. */
export const apiLimits = defineLimits('access/api', {
  conditionsMax: {
    value: 20,
    unit: 'count',
    reason: 'Conditions of one query; the catalog takes no more.',
  },
  stageSeconds: {
    value: 600,
    unit: 's',
    reason: 'How long files stay pinned that a caller asked for together and names no time for.',
  },
  bodyBytesMax: {
    value: 65_536,
    unit: 'bytes',
    reason: 'A grant with all its fields has 2 KiB, 100 paths have 20 KiB.',
  },
});
