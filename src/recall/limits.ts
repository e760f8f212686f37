import { defineLimits } from '../lib/limits/limits.ts';

/** Bounds of the byte road. */
export const recallLimits = defineLimits('recall', {
  unitInstancesMax: {
    value: 100,
    unit: 'count',
    reason: 'A retrieve is cut so that backing off takes about a second.',
  },
  runningMax: {
    value: 4,
    unit: 'count',
    reason: 'Recalls of one PACS in work at once; how many talk to it is for its guard to say.',
  },
  lingerMs: {
    value: 900_000,
    unit: 'ms',
    reason: 'A client that gave up comes back within minutes and shall find the recall going on.',
  },
  evictionBatch: {
    value: 4_000,
    unit: 'count',
    reason:
      'Replicas looked at in one step of making room: enough to see whether there is room to make.',
  },
  retryMs: {
    value: 10_000,
    unit: 'ms',
    reason: 'After the database failed a worker, the queue is looked at again this much later.',
  },
});
