import { defineLimits } from '../lib/limits/limits.ts';

/** Bounds of sealing and opening. */
export const sealLimits = defineLimits('seal', {
  plaintextSizeMax: {
    value: 64 * 1024 ** 3,
    unit: 'bytes',
    reason: 'One file is at most 64 GiB, so that its list of segment digests stays within 32 MiB.',
  },
  headerPacketCountMax: {
    value: 16,
    unit: 'count',
    reason:
      'We write one packet; opening a foreign header tries each, at one key agreement a piece.',
  },
  headerPacketSizeMax: {
    value: 64 * 1024,
    unit: 'bytes',
    reason: 'Of a foreign header; a data key takes 108 bytes, an edit list of 8,000 parts as many.',
  },
  batchSegmentCount: {
    value: 8,
    unit: 'count',
    reason: 'Batches of 512 KiB: larger ones leave the processor cache, smaller ones cost calls.',
  },
  pooledBatchCountMax: {
    value: 16,
    unit: 'count',
    reason: 'Batches kept for reuse: 8 MiB of plaintext and as much sealed.',
  },
  batchesInFlightMax: {
    value: 4,
    unit: 'count',
    reason: 'Of one file, being sealed or written: enough that neither waits for the other.',
  },
  threadYoungBytesMax: {
    value: 8 * 1024 * 1024,
    unit: 'bytes',
    reason: 'Young objects of the sealing thread; its buffers are outside the heap.',
  },
  batchLeavesMax: {
    value: 4096,
    unit: 'count',
    reason: 'Statements under one signature: a path of 12 nodes, below 1 KiB, in each receipt.',
  },
  statementSizeMax: {
    value: 64 * 1024,
    unit: 'bytes',
    reason: 'A signed statement is read whole; receipts are below 4 KiB.',
  },
});
