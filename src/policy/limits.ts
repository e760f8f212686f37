import { defineLimits } from '../lib/limits/limits.ts';

/** Bounds of policy changes. */
export const policyLimits = defineLimits('policy', {
  entriesMax: {
    value: 199,
    unit: 'count',
    reason:
      'Every decision reads the whole list; more people than that are a group. Key servers take one more.',
  },
  quorumWaitMs: {
    value: 20_000,
    unit: 'ms',
    reason: 'A grant does not wait for key servers that are down; it reaches them by itself.',
  },
  completeWaitMs: {
    value: 100_000,
    unit: 'ms',
    reason: 'A revocation is complete when the last lease ran out, after a minute by default.',
  },
  keyChangesPerBatch: {
    value: 500,
    unit: 'count',
    reason: 'Keys closed or opened in one entry of the feed, which a key server applies as one.',
  },
  lockReasonLengthMax: {
    value: 500,
    unit: 'bytes',
    reason: 'What an operator writes beside a lock, for other operators: a sentence or two.',
  },
  whoLengthMax: { value: 512, unit: 'bytes', reason: 'The longest distinguished names have 300.' },
});
