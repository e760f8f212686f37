import { defineLimits } from '../lib/limits/limits.ts';

/** Bounds of the replica store. */
export const storageLimits = defineLimits('storage', {
  chunkBytes: {
    value: 16 * 1024 * 1024,
    unit: 'bytes',
    reason: 'Size of a chunk object: an object store takes it in one part, a disk in one extent.',
  },
  readBytes: {
    value: 1024 * 1024,
    unit: 'bytes',
    reason: 'Largest piece a reader gets: memory of one slow reader.',
  },
  manifestBytesMax: {
    value: 4 * 1024,
    unit: 'bytes',
    reason: 'A manifest is some hundred bytes; more is damage.',
  },
  keptShare: {
    value: 0.05,
    unit: 'ratio',
    reason: 'Of its disk a store leaves this to databases and audit, which must not fail.',
  },
  keptBytesMax: {
    value: 1024 ** 3,
    unit: 'bytes',
    reason: 'More than this it need not leave: databases grow by some hundred bytes a file.',
  },
  measuredMs: {
    value: 1000,
    unit: 'ms',
    reason:
      'How long what the disk had free is believed, unless it is too little: then it is asked again.',
  },
  refusedMs: {
    value: 5000,
    unit: 'ms',
    reason:
      'How long a disk that refused a write is taken for full, whatever it says: a quota is not shown.',
  },
  scanConcurrency: {
    value: 16,
    unit: 'count',
    reason: 'Replica folders looked at together when a store is opened.',
  },
});

export type StorageLimits = typeof storageLimits;
