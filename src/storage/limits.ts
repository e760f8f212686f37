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
  scanConcurrency: {
    value: 16,
    unit: 'count',
    reason: 'Replica folders looked at together when a store is opened.',
  },
});

export type StorageLimits = typeof storageLimits;
