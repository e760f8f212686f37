import { defineLimits } from '../lib/limits/limits.ts';

/** Bounds of the database layer. */
export const dbLimits = defineLimits('db', {
  busyTimeoutMs: {
    value: 20,
    unit: 'ms',
    reason: 'A read waits this long by blocking the event loop; longer waits retry without it.',
  },
  busyWaitMs: {
    value: 5_000,
    unit: 'ms',
    reason: 'How long a write waits for another process before DB_BUSY; no backup holds it longer.',
  },
  threadYoungBytes: {
    value: 8 * 1024 * 1024,
    unit: 'bytes',
    reason: 'Young generation of a thread that writes: it holds one statement at a time.',
  },
  connectionWaitMs: {
    value: 10_000,
    unit: 'ms',
    reason: 'A transaction that is held longer is a bug: the waiters get DB_BUSY, not a hang.',
  },
  connectionWaitersMax: {
    value: 10_000,
    unit: 'count',
    reason: 'Callers in the queue for the connection; beyond it the service is overloaded.',
  },
  commitMembersMax: {
    value: 256,
    unit: 'count',
    reason: 'Transactions that share a commit; what one that fails at the end takes back.',
  },
  commitMs: {
    value: 50,
    unit: 'ms',
    reason: 'A transaction leaves its commit to those behind it for so long: as a slow sync takes.',
  },
  statementsMax: {
    value: 500,
    unit: 'count',
    reason: 'Prepared statements kept for reuse; a few KiB each.',
  },
  cacheBytes: {
    value: 32 * 1024 * 1024,
    unit: 'bytes',
    reason: 'Page cache of a database: the upper levels of the indexes of a million entries.',
  },
  logBytesMax: {
    value: 64 * 1024 * 1024,
    unit: 'bytes',
    reason: 'The write-ahead log is cut back to this after a checkpoint.',
  },
});

export type DbLimits = typeof dbLimits;
