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
  batchSegmentCount: {
    value: 8,
    unit: 'count',
    reason: 'Batches of 512 KiB: larger ones leave the processor cache, smaller ones cost calls.',
  },
  pooledBatchCountMax: {
    value: 32,
    unit: 'count',
    reason: 'Batches kept for reuse by one seal stream: 16 MiB.',
  },
  statementSizeMax: {
    value: 64 * 1024,
    unit: 'bytes',
    reason: 'A signed statement is read whole; receipts are below 4 KiB.',
  },
});
