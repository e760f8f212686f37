import { defineLimits } from '../lib/limits/limits.ts';

/** Bounds of the audit record. */
export const auditLimits = defineLimits('audit', {
  fileBytesMax: {
    value: 16 * 1024 * 1024,
    unit: 'bytes',
    reason: 'A file of the record; the last one is read and checked at every start.',
  },
  fieldLengthMax: {
    value: 2_048,
    unit: 'count',
    reason: 'Characters of a field: the longest path and the longest subject name fit.',
  },
  waitingMax: {
    value: 20_000,
    unit: 'count',
    reason: 'Records that wait for the disk; beyond it nothing more is disclosed.',
  },
  groupMax: {
    value: 1_000,
    unit: 'count',
    reason: 'Records made durable together: some hundred KiB, a few milliseconds.',
  },
  headIntervalMs: {
    value: 1_000,
    unit: 'ms',
    reason:
      'A key server keeps its newest head once in so long: what of its record could be cut unseen there.',
  },
  missedAnchorsMax: {
    value: 32,
    unit: 'count',
    reason:
      'Ends of a record that others showed and that are not in it; more than there are key servers.',
  },
  gapPlacesMax: {
    value: 100,
    unit: 'count',
    reason: 'Places of damage that an operator accepts together; more is no record any more.',
  },
  backgroundRestMs: {
    value: 32,
    unit: 'ms',
    reason: 'The check beside the service rests so long after 8 ms of work: a fifth of a core.',
  },
  checkIntervalMs: {
    value: 24 * 60 * 60 * 1_000,
    unit: 'ms',
    reason: 'The whole record is checked at the start and then this often.',
  },
  problemsShownMax: {
    value: 5,
    unit: 'count',
    reason: 'Problems of a record in the status and the log; `mdm audit verify` shows all.',
  },
  refusalKindsMax: {
    value: 1_000,
    unit: 'count',
    reason:
      'Callers, addresses and codes of refusals told apart in a minute; others are counted together.',
  },
  refusalWindowMs: {
    value: 60_000,
    unit: 'ms',
    reason: 'Refusals of one kind within it are one record after the first.',
  },
  recoveryIntervalMs: {
    value: 1_000,
    unit: 'ms',
    reason: 'After a failure the disk is tried again no sooner than this.',
  },
});

export type AuditLimits = typeof auditLimits;
