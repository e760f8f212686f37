import { defineLimits } from '../lib/limits/limits.ts';

/** Bounds of the file port. */
export const filesLimits = defineLimits('files', {
  pathLengthMax: {
    value: 1024,
    unit: 'bytes',
    reason: 'The longest name the tree can hold is about 150 bytes; a longer path exists nowhere.',
  },
  pathDepthMax: { value: 16, unit: 'count', reason: 'The tree is six levels deep.' },
  pageEntriesMax: {
    value: 1000,
    unit: 'count',
    reason: 'A page is held in memory; clients ask for the next.',
  },
  coldReadWaitMs: {
    value: 50_000,
    unit: 'ms',
    reason:
      'Most clients and proxies give up after 60 s; a 503 with Retry-After is better than that.',
  },
  listBatchEntries: {
    value: 100,
    unit: 'count',
    reason: 'Entries looked at in one step of listing, whatever the page.',
  },
  damagedTriesMax: {
    value: 2,
    unit: 'count',
    reason: 'A damaged replica is recalled once within a read; twice in a row is a broken store.',
  },
  provenFilesMax: {
    value: 1000,
    unit: 'count',
    reason: 'Verified receipts that are kept, some 8 KiB a file: a run of ranges verifies once.',
  },
  provenSegmentsMax: {
    value: 1024,
    unit: 'count',
    reason: 'Digests of one answer, 32 KiB: a reader of a part asks again every 64 MiB.',
  },
  segmentRunsMax: {
    value: 64,
    unit: 'count',
    reason: 'Files whose segment trees are known in part, at most 32 KiB of each.',
  },
  policyRecheckMs: {
    value: 30_000,
    unit: 'ms',
    reason:
      'A long download is cut this soon after its reader lost the right, or it was withdrawn.',
  },
  endedCredentialMs: {
    value: 59 * 60_000,
    unit: 'ms',
    reason:
      'A download outlives the credential that it began with by an hour, less one look: the reader goes on with a fresh one.',
  },
  retryAfterSeconds: {
    value: 10,
    unit: 's',
    reason: 'A recall of a usual series takes seconds.',
  },
  stageFilesMax: {
    value: 1000,
    unit: 'count',
    reason: 'One stage request is one row group and one answer.',
  },
  pinLifetimeSecondsMax: {
    value: 86_400,
    unit: 's',
    reason: 'A forgotten pin must not fill the cache for more than a day.',
  },
  pinsPerCallerMax: {
    value: 10_000,
    unit: 'count',
    reason: 'One caller must not pin the whole cache.',
  },
});
